/** A name that was mistyped is not to read like a lab that is gone: which labs this machine remembers beside it. */
import { isCode } from "../aws/errors.ts";
import { LabError } from "../lab/error.ts";
import type { Place, RememberedLab } from "../lab/memory.ts";
import type { OpenLab } from "./open-lab.ts";

export function isOfAccount(other: RememberedLab, { target, account }: Place): boolean {
  return other.target === target && other.account === account;
}

/** "Remembered as standing: ana (us-east-1).", of the same account; undefined where there is none. */
export function otherLabs({ place, memory }: OpenLab): string | undefined {
  const others = memory
    .labs()
    .filter((other) => other.tornDownAt === undefined && isOfAccount(other, place))
    .filter((other) => other.lab !== place.lab || other.region !== place.region);
  if (others.length === 0) return undefined;
  return `Remembered as standing: ${others.map(({ lab, region }) => `${lab} (${region})`).join(", ")}.`;
}

/**
 * What a command was refused with, with the other labs where this one is not there at all, as far as this machine knows.
 * @returns what to throw instead of `error`, or `error` itself
 */
export function namingOtherLabs(error: unknown, lab: OpenLab): unknown {
  const isAbsent = error instanceof LabError && isCode(error, "not-there", "no-log-group", "no-flow-log");
  if (!isAbsent || lab.remembered !== undefined) return error;
  const others = otherLabs(lab);
  if (others === undefined) return error;
  const { code, message, why, next, exitCode, cause } = error;
  return new LabError(code, message, {
    why: why === "" ? others : `${why} ${others}`,
    next,
    exitCode,
    cause,
  });
}
