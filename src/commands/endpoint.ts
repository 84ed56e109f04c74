/** Another endpoint than AWS's own: the one that was asked for, or the one that a lab is remembered at. */
import { codeOf } from "../aws/errors.ts";
import { EXIT, LabError, usageError } from "../lab/error.ts";
import type { Place, RememberedLab } from "../lab/memory.ts";
import { shellWord } from "../lab/shell-word.ts";
import { plain } from "../ui/text.ts";
import type { GlobalOptions } from "./program.ts";

/**
 * @returns undefined where none is asked for: `--simulate` says more than the environment does
 * @throws LabError with exit code 2 for what is no URL, and where `--simulate` is given beside it
 */
export function askedEndpoint(options: GlobalOptions, env: NodeJS.ProcessEnv): string | undefined {
  if (options.simulate && options.endpointUrl !== undefined)
    throw usageError("--simulate and --endpoint-url mean two places: give one.");
  const [name, url] =
    options.endpointUrl === undefined
      ? ["AWS_ENDPOINT_URL", (!options.simulate && env.AWS_ENDPOINT_URL) || undefined]
      : ["--endpoint-url", options.endpointUrl];
  if (url === undefined || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))) return url;
  throw usageError(
    `${name} takes a URL, such as http://127.0.0.1:4566, not "${plain(url)}".`,
    "vpclab simulator says where it listens.",
  );
}

/**
 * Whether it is AWS, where AWS's prices hold: not the embedded AWS, which has none, nor another endpoint, whose prices are
 * its own affair.
 */
export function isAwsItself({ target, endpointUrl }: Pick<Place, "target" | "endpointUrl">): boolean {
  return target === "aws" && endpointUrl === undefined;
}

/** "http://127.0.0.1:4567, which is not AWS itself: …" */
export function endpointPrice({ endpointUrl = "" }: Place): string {
  return `${plain(endpointUrl)}, which is not AWS itself: whether that costs anything is its own affair`;
}

/** Whether two URLs lead to the same place of this machine. */
export function isSameEndpoint(one: string, other: string): boolean {
  const place = (url: string) =>
    URL.canParse(url) ? new URL(url).host.replace(/^localhost(?=:|$)/, "127.0.0.1") : url;
  return place(one) === place(other);
}

/**
 * Nothing in the command names the endpoint: it has to be named, with a way to be rid of it.
 * @param lab at an endpoint; @param folder where it is remembered
 * @param cause undefined: there are no credentials for it
 * @returns what to throw instead of `cause`, or `cause` itself where the endpoint is not to blame
 */
export function lostEndpoint(lab: RememberedLab, folder: string, cause?: unknown): unknown {
  if (cause !== undefined && codeOf(cause) !== "ECONNREFUSED") return cause;
  const { endpointUrl = "" } = lab;
  const [what, why] =
    cause === undefined
      ? ["there are no credentials for it", "Neither the environment nor the shared AWS files hold any."]
      : ["nothing answers there", "What served it has ended, or listens elsewhere now."];
  return new LabError("endpoint-lost", `Lab ${lab.lab} was made at ${plain(endpointUrl)}, and ${what}.`, {
    why,
    next: [
      "If it is a vpclab simulator: start it there, paste the lines that it prints, then run this again.",
      "Or do the lab on the embedded AWS: --simulate.",
      `Or forget that lab, if it is gone for good: rm -r ${shellWord(folder)}`,
    ],
    exitCode: cause === undefined ? EXIT.noCredentials : EXIT.failed,
    cause,
  });
}
