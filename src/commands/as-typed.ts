/** How the commands that we suggest are to be typed: as this one was. */
import { shellWord } from "../lab/shell-word.ts";
import type { GlobalOptions } from "./program.ts";

// A text that is changed again may have been wrapped meanwhile: between any two words.
const SUGGESTION =
  /(\bnpx(?: |\n *))?\bvpclab((?: |\n *)(?:up|ping|status|teardown|logs|insights|why|traffic|doctor|policy)(?:(?: |\n *)(?:explain|reconcile))?)\b/g;

/** Where a suggestion ends: at a line's end, unless an option follows, or the value of one. */
const END = /(?<!--(?:lab|region|profile|endpoint-url|include))\n(?! *--)|`|\bvpclab\s/;

/**
 * A suggestion that forgets which lab is meant would take another one down. So the flags that say where the lab lives
 * are repeated, and npx where that is how we were started.
 * @returns a function that leaves what it has already changed as it is
 */
export function asTyped(options: GlobalOptions, env: NodeJS.ProcessEnv): (text: string) => string {
  const flags: [flag: string, typed: string][] = [];
  if (options.lab !== undefined) flags.push(["--lab", `--lab ${shellWord(options.lab)}`]);
  if (options.region !== undefined) flags.push(["--region", `--region ${shellWord(options.region)}`]);
  if (options.simulate !== undefined)
    flags.push(["simulate", options.simulate ? "--simulate" : "--no-simulate"]);
  if (options.endpointUrl !== undefined)
    flags.push(["--endpoint-url", `--endpoint-url ${shellWord(options.endpointUrl)}`]);
  // Last: its name may have spaces, and may be broken there.
  if (options.profile !== undefined) flags.push(["--profile", `--profile ${shellWord(options.profile)}`]);
  const isByNpx = env.npm_lifecycle_event === "npx";
  return (text) =>
    text.replace(SUGGESTION, (suggestion: string, npx: string | undefined, command: string, at: number) => {
      // Up to the end of the suggestion: what it says of where the lab lives, it means.
      const [rest = ""] = text.slice(at + suggestion.length).split(END);
      const missing = flags.filter(([flag]) => !rest.includes(flag)).map(([, typed]) => ` ${typed}`);
      return `${isByNpx ? (npx ?? "npx ") : ""}vpclab${command}${missing.join("")}`;
    });
}
