/** What may stand where the command line takes a value: for completion alone, which offers it. Loads no SDK. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { NAMED_QUERIES } from "../insights/named-queries.ts";
import { labMemory } from "../lab/memory.ts";
import { REGIONS } from "../lab/regions.ts";
import { LAST_STEP_IDS } from "../lab/spec.ts";
import { SHELLS } from "./completion-scripts.ts";
import { RETENTION_DAYS } from "./options.ts";
import { KINDS } from "./traffic-tries.ts";

export interface Candidate {
  readonly value: string;
  /** Empty where there is nothing to say. */
  readonly description: string;
}

/** "files": names of files, which the shell knows best. */
export type Values = readonly Candidate[] | "files";

const OTHER_INSTANCE = plain("private", "public");
const PLACES = plain("instance-1", "instance-2", "internet");

/**
 * By command and option or argument, such as "ping --from" or "insights [name]"; by the option alone where it means
 * the same everywhere. What is not here is free: numbers, addresses, queries.
 */
const VALUES: Readonly<Record<string, (home: string) => Values>> = {
  "--lab": rememberedLabs,
  "--region": () => Object.entries(REGIONS).map(([value, description]) => ({ value, description })),
  "--retention": () => plain("never", ...RETENTION_DAYS.map(String)),
  "--traffic": () => plain("ALL", "ACCEPT", "REJECT"),
  "--aggregation": () => plain("60", "600"),
  "--instance-type": () => plain("t2.micro", "t3.micro"),
  "--ssh-from": () => plain("none"),
  "--hours": () => plain("never", "4"),
  "--until": () => plain(...LAST_STEP_IDS),
  "ping [target]": () => OTHER_INSTANCE,
  "ping --from": () => plain("instance-1", "instance-2", "local"),
  "why [target]": () => OTHER_INSTANCE,
  "why --from": () => plain("instance-1", "instance-2"),
  "why --protocol": () => plain("icmp", "tcp", "udp"),
  "--kinds": () => plain(...KINDS),
  "--action": () => plain("ACCEPT", "REJECT"),
  "logs --from": () => PLACES,
  "logs --to": () => PLACES,
  "logs --protocol": () => plain("icmp", "tcp", "udp"),
  "insights [name]": () => NAMED_QUERIES.map(({ id, title }) => ({ value: id, description: title })),
  "insights --file": () => "files",
  "status --svg": () => "files",
  "simulator --world": worlds,
  "simulator --faults": () => "files",
  "completion <shell>": () => plain(...SHELLS),
};

/** Options that take several of their values in one word, separated by commas. */
export const LISTS: readonly string[] = ["--kinds"];

/**
 * @param command its name
 * @param of the option ("--from") or the argument as usage shows it ("[target]")
 * @param home see homeFolder
 * @returns nothing where the value is free
 */
export function valuesOf(command: string, of: string, home: string): Values {
  return (VALUES[`${command} ${of}`] ?? VALUES[of])?.(home) ?? [];
}

function plain(...values: readonly string[]): Candidate[] {
  return values.map((value) => ({ value, description: "" }));
}

function rememberedLabs(home: string): Candidate[] {
  // Half a command line is no place for warnings: what cannot be read is not offered.
  const labs = labMemory(home, () => undefined).labs();
  return [...new Set(labs.map(({ lab }) => lab))].map((value) => ({
    value,
    description: labs
      .filter(({ lab }) => lab === value)
      .map(({ target, account, region }) => `${target === "aws" ? account : "embedded AWS"}, ${region}`)
      .join("; "),
  }));
}

function worlds(home: string): Candidate[] {
  try {
    return plain(...readdirSync(join(home, "worlds")));
  } catch {
    return [];
  }
}
