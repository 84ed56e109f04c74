/** The flags of the lab, checked: each wrong one is a sentence with the fix, and nothing is called before all are right. */
import { usageError } from "../lab/error.ts";
import type { RememberedLab } from "../lab/memory.ts";
import { REGIONS } from "../lab/regions.ts";
import {
  DEFAULT_OPTIONS,
  isLabName,
  LAST_STEP_IDS,
  type LabOptions,
  STEP_IDS,
  type StepId,
} from "../lab/spec.ts";
import { hasHostBits, parseAddress, parseCidr } from "../network/cidr.ts";
import { checkLabCidr, checkLabCidrsApart } from "../network/lab-cidr.ts";

/** As commander hands them over: text, or undefined where the flag was not given. */
export interface LabFlags {
  readonly retention?: string;
  readonly traffic?: string;
  readonly aggregation?: string;
  readonly instanceType?: string;
  readonly sshFrom?: string;
  readonly cidr1?: string;
  readonly cidr2?: string;
  readonly hours?: string;
  readonly leastPrivilege?: boolean;
}

/** CloudWatch Logs' own list of what PutRetentionPolicy takes, in days. */
export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** Longest power-off that makes sense for a lab of an afternoon: a month. */
const MOST_HOURS = 744;

export type LabChoices = Omit<LabOptions, "lab" | "region">;

/**
 * @param remembered what an earlier `up` of this lab was asked for; flags win over it
 * @param hoursDefault how long instances live where `--hours` does not say; undefined: for ever
 * @throws LabError with exit code 2
 */
export function labChoices(
  flags: LabFlags,
  remembered: RememberedLab["options"] | undefined,
  hoursDefault: number | undefined,
): LabChoices {
  const chosen: LabChoices = {
    cidr1: flags.cidr1 ?? remembered?.cidr1 ?? DEFAULT_OPTIONS.cidr1,
    cidr2: flags.cidr2 ?? remembered?.cidr2 ?? DEFAULT_OPTIONS.cidr2,
    retentionDays: flags.retention === undefined ? remembered?.retentionDays : retention(flags.retention),
    trafficType: traffic(flags.traffic) ?? remembered?.trafficType ?? DEFAULT_OPTIONS.trafficType,
    aggregationSeconds:
      aggregation(flags.aggregation) ?? remembered?.aggregationSeconds ?? DEFAULT_OPTIONS.aggregationSeconds,
    instanceType: instanceType(flags.instanceType) ?? remembered?.instanceType,
    sshFrom:
      flags.sshFrom === undefined
        ? remembered
          ? remembered.sshFrom
          : DEFAULT_OPTIONS.sshFrom
        : ssh(flags.sshFrom),
    hours: flags.hours === undefined ? (remembered ? remembered.hours : hoursDefault) : hours(flags.hours),
    leastPrivilege: flags.leastPrivilege ?? remembered?.leastPrivilege ?? DEFAULT_OPTIONS.leastPrivilege,
  };
  for (const [flag, cidr] of [["--cidr-1", chosen.cidr1] as const, ["--cidr-2", chosen.cidr2] as const]) {
    const wrong = checkLabCidr(cidr);
    if (wrong !== undefined) throw usageError(`${flag}: ${wrong}`);
  }
  const together = checkLabCidrsApart(chosen.cidr1, chosen.cidr2);
  if (together !== undefined) throw usageError(`--cidr-1 and --cidr-2: ${together}`);
  return chosen;
}

/** @throws LabError with exit code 2 */
export function labName(text: string): string {
  if (!isLabName(text))
    throw usageError(
      `"${text}" cannot be a lab's name: take 1 to 32 of a-z, 0-9 and hyphen, such as --lab class-7.`,
    );
  if (text.startsWith("-")) throw usageError(`--lab wants a name before the next flag, ${text}.`);
  // Group names may not begin with "sg-", and the lab's names begin with its own.
  if (/^sg(-|$)/.test(text))
    throw usageError(`"${text}" cannot be a lab's name: AWS keeps names that begin with sg- to itself.`);
  return text;
}

/** @throws LabError with exit code 2 */
export function regionName(text: string): string {
  if (!Object.hasOwn(REGIONS, text))
    throw usageError(`"${text}" is not a Region that vpclab knows${near(text, Object.keys(REGIONS))}`);
  return text;
}

/** @throws LabError with exit code 2 */
export function stepName(text: string): StepId {
  const step = STEP_IDS.find((id) => id === text);
  if (!step) throw usageError(`"${text}" is not a step. The steps are ${LAST_STEP_IDS.join(", ")}.`);
  return step;
}

/** A whole number from `low` to `high`. @throws LabError with exit code 2 */
export function wholeNumber(flag: string, text: string, low: number, high: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < low || number > high)
    throw usageError(`${flag} takes a whole number from ${low} to ${high}, not "${text}".`);
  return number;
}

/** The account's quota of VPCs in a Region; undefined: AWS's default. @throws LabError with exit code 2 */
export function vpcQuota(text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber("--vpc-quota", text, 1, 1000);
}

/** World seconds for one real second on the embedded AWS, where nobody says otherwise: for people. */
export const DEFAULT_SPEED = 60;

/** @param name of the flag or variable that it came by. @throws LabError with exit code 2 */
export function worldSpeed(name: string, text: string): number {
  const speed = Number(text);
  if (text === "" || !(speed >= 1 && speed <= 3600))
    throw usageError(`${name} takes a number from 1 (as slow as AWS) to 3600, not "${text}".`);
  return speed;
}

/** @throws LabError with exit code 2 */
export function ipv4Address(text: string): string {
  if (parseAddress(text) === undefined)
    throw usageError(
      `"${text}" is not an address: say private, public, or an IPv4 address such as 10.2.4.7.`,
    );
  return text;
}

function retention(text: string): number | undefined {
  if (text === "never") return undefined;
  const days = Number(text);
  if (!RETENTION_DAYS.includes(days))
    throw usageError(
      `--retention takes never, or a number of days that CloudWatch Logs has: ${RETENTION_DAYS.join(", ")}.`,
    );
  return days;
}

function traffic(text: string | undefined): LabOptions["trafficType"] | undefined {
  if (text === undefined || text === "ALL" || text === "ACCEPT" || text === "REJECT") return text;
  throw usageError(`--traffic takes ALL, ACCEPT or REJECT, not "${text}".`);
}

function aggregation(text: string | undefined): 60 | 600 | undefined {
  if (text === undefined) return undefined;
  if (text === "60") return 60;
  if (text === "600") return 600;
  throw usageError(`--aggregation takes 60 or 600 (seconds: AWS has no other), not "${text}".`);
}

function instanceType(text: string | undefined): string | undefined {
  if (text !== undefined && !/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(text))
    throw usageError(`--instance-type takes a name such as t3.micro, not "${text}".`);
  return text;
}

function ssh(text: string): string | undefined {
  if (text === "none") return undefined;
  const cidr = parseCidr(text);
  if (!cidr) throw usageError(`--ssh-from takes none, or a CIDR such as 203.0.113.7/32, not "${text}".`);
  if (hasHostBits(cidr))
    throw usageError(`--ssh-from ${text} has host bits; a single address is written with /32.`);
  return text;
}

function hours(text: string): number | undefined {
  return text === "never" ? undefined : wholeNumber("--hours (or never)", text, 1, MOST_HOURS);
}

/** The names that share the longest beginning with the mistyped one. */
function near(text: string, names: readonly string[]): string {
  for (let length = text.length - 1; length >= 2; length--) {
    const candidates = names.filter((name) => name.startsWith(text.slice(0, length)));
    if (candidates.length > 0) return `; near it are ${candidates.slice(0, 6).join(", ")}.`;
  }
  return "; one is us-east-1.";
}
