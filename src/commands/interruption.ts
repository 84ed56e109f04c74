/** After Ctrl-C or an error: what exists by now, what it costs, and how to go on. */
import { type Inventory, readInventory } from "../aws/inventory.ts";
import { messageOf } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import type { Place } from "../lab/memory.ts";
import type { OpenLab } from "./open-lab.ts";
import type { Program } from "./program.ts";
import { costPerHour, priceInWords } from "./standing.ts";

/** How long a last look may take, in real ms: whoever pressed Ctrl-C wants to be gone. */
const LOOK_AT_MOST_MS = 8_000;

/**
 * Looks, and prints the lines on stderr. Never throws: the error that brought us here is the one to be told.
 * @param next commands, and what each does
 */
export async function whatStands(
  program: Program,
  lab: OpenLab,
  cause: unknown,
  next: readonly string[],
): Promise<void> {
  const { terminal } = program;
  terminal.say("");
  try {
    const soon = AbortSignal.timeout(LOOK_AT_MOST_MS);
    // Once aborted, the first signal lets no call out; until then, Ctrl-C ends the look as well.
    const signal = program.signal.aborted ? soon : AbortSignal.any([soon, program.signal]);
    const inventory = await readInventory(lab.reopen(signal), lab.spec, { account: lab.place.account });
    terminal.say(terminal.wrap(`Stopped. ${standingNow(lab.place, [inventory])}`));
  } catch (error) {
    const why = messageOf(error);
    terminal.say(terminal.wrap(`Stopped. What stands by now could not be read (${why}).`));
    if (cause instanceof Error && cause.message === why) return;
  }
  for (const line of next) terminal.say(`  ${terminal.symbols.next} ${line}`);
}

/** "12 resources of the lab stand by now, at about $0.034 an hour." */
export function standingNow(place: Place, inventories: readonly Inventory[]): string {
  const count = inventories.reduce((sum, { resources }) => sum + resources.length, 0);
  if (count === 0) return "Nothing of the lab stands.";
  const perHour = inventories.reduce((sum, inventory) => sum + costPerHour(place, inventory), 0);
  const verb = count === 1 ? "stands" : "stand";
  return `${plural(count, "resource")} of the lab ${verb} by now, ${priceInWords(place, perHour)}.`;
}
