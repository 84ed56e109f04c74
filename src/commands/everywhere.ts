/** Labs of the account wherever they stand: for `teardown --all-regions` and `status --all`. */
import { type Inventory, readInventory } from "../aws/inventory.ts";
import { findLabs, labsByIam, regionsByIam } from "../aws/labs.ts";
import { messageOf } from "../lab/error.ts";
import { byText } from "../lab/order.ts";
import { labSpec } from "../lab/spec.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { labBeside, type OpenLab } from "./open-lab.ts";
import type { Program } from "./program.ts";

export interface StandingLab {
  readonly lab: OpenLab;
  readonly inventory: Inventory;
}

/** Some twenty calls each, and all of a class may be in one Region, whose throttle they share. */
const LABS_AT_ONCE = 4;

/** What could not be read: of it nothing can be said. */
export interface Unread {
  /** Or "IAM", which is of none. */
  readonly region: string;
  /** Undefined where nothing of the Region could be read. */
  readonly lab: string | undefined;
  readonly reason: string;
}

export interface LabsEverywhere {
  /** Those that have anything standing, by Region and name. */
  readonly standing: readonly StandingLab[];
  readonly unread: readonly Unread[];
  /** Values of the tag `vpclab:lab` that cannot be a lab's name, so that nobody takes them for one. */
  readonly otherValues: readonly { readonly region: string; readonly value: string }[];
}

/**
 * Asks every open Region of the account.
 * @param name of the one lab to look for; undefined: all of them
 */
export async function labsEverywhere(
  program: Program,
  lab: OpenLab,
  name: string | undefined,
): Promise<LabsEverywhere> {
  const [{ regions, unread }, byIam] = await Promise.all([
    findLabs(lab.aws, (region) => lab.reopen(program.signal, region)),
    inIam(program, lab, name),
  ]);
  const candidates = new Map<string, { lab: string; region: string }>();
  const add = (where: { lab: string; region: string }) =>
    void candidates.set(`${where.region} ${where.lab}`, where);
  for (const { region, labs } of regions)
    for (const found of labs) if (name === undefined || found === name) add({ lab: found, region });
  for (const where of byIam.found) if (regions.some((open) => open.region === where.region)) add(where);

  const sorted = [...candidates].sort(byText(([name]) => name));
  const read = await someAtOnce(sorted, async ([, where]): Promise<StandingLab | Unread> => {
    const beside = labBeside(program, lab, where);
    try {
      const inventory = await readInventory(beside.aws, beside.spec, { account: lab.place.account });
      return { lab: beside, inventory };
    } catch (error) {
      program.signal.throwIfAborted();
      return { ...where, reason: messageOf(error) };
    }
  });
  const unreadLabs = read.filter((one) => "reason" in one);
  return {
    standing: read
      .filter((one) => "inventory" in one)
      .filter(({ inventory }) => inventory.resources.length + inventory.elsewhere.length > 0),
    unread: [...unread.map((one) => ({ ...one, lab: undefined })), ...byIam.unread, ...unreadLabs],
    otherValues: regions.flatMap(({ region, otherValues }) =>
      otherValues.map((value) => ({ region, value })),
    ),
  };
}

/** @returns what came of each, in their order */
async function someAtOnce<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += LABS_AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + LABS_AT_ONCE).map(work))));
  return results;
}

/** IAM is global: a lab of which only a role is left shows in no Region. What it may not be asked is a result. */
async function inIam(program: Program, lab: OpenLab, name: string | undefined) {
  const found: { lab: string; region: string }[] = [];
  const unread: Unread[] = [];
  const ask = async <T>(of: string | undefined, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      program.signal.throwIfAborted();
      unread.push({ region: "IAM", lab: of, reason: messageOf(error) });
      return undefined;
    }
  };
  const listed = name === undefined ? await ask(undefined, () => labsByIam(lab.aws)) : [];
  const names = new Set([lab.place.lab, ...(listed ?? [])]);
  await someAtOnce([...names], async (each) => {
    const spec = labSpec({ ...lab.spec, lab: each });
    const regions = await ask(each, () => regionsByIam(lab.aws, spec, lab.place.account));
    for (const region of regions ?? []) found.push({ lab: each, region });
  });
  return { found, unread };
}

/** On stderr: what the answer leaves open. */
export function tellUnread(terminal: Terminal, unread: readonly Unread[]): void {
  for (const { region, lab, reason } of unread) {
    const what = lab === undefined ? region : `lab ${lab} in ${region}`;
    terminal.say(
      terminal.colour.yellow(
        terminal.wrap(`${terminal.symbols.warning} Not read: ${what} (${plain(reason)}).`),
      ),
    );
  }
}
