/** How the commands that we suggest are to be typed: as this one was. */
import type { GlobalOptions } from "./program.ts";

const SUGGESTION =
  /(?:\bnpx )?\bvpclab (up|ping|status|teardown|logs|insights|why|traffic|doctor|policy)( explain| reconcile)?\b/g;

/**
 * A suggestion that forgets which lab is meant would take another one down. So the flags that say where the lab lives
 * are repeated, and npx where that is how we were started.
 * @returns a function that leaves what it has already changed as it is
 */
export function asTyped(options: GlobalOptions, env: NodeJS.ProcessEnv): (text: string) => string {
  const flags: [flag: string, typed: string][] = [];
  if (options.lab !== undefined) flags.push(["--lab", `--lab ${options.lab}`]);
  if (options.region !== undefined) flags.push(["--region", `--region ${options.region}`]);
  if (options.profile !== undefined) flags.push(["--profile", `--profile ${options.profile}`]);
  if (options.simulate !== undefined)
    flags.push(["simulate", options.simulate ? "--simulate" : "--no-simulate"]);
  if (options.endpointUrl !== undefined)
    flags.push(["--endpoint-url", `--endpoint-url ${options.endpointUrl}`]);
  const program = env.npm_lifecycle_event === "npx" ? "npx vpclab" : "vpclab";
  return (text) =>
    text.replace(SUGGESTION, (command: string, name: string, sub: string | undefined, at: number) => {
      // Up to the end of the suggestion: what it says of where the lab lives, it means.
      const [rest = ""] = text.slice(at + command.length).split(/[\n`]|\bvpclab /);
      const missing = flags.filter(([flag]) => !rest.includes(flag)).map(([, typed]) => ` ${typed}`);
      return `${program} ${name}${sub ?? ""}${missing.join("")}`;
    });
}
