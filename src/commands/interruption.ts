/** After Ctrl-C or an error: what exists by now, what it costs, and how to go on. */
import { readInventory } from "../aws/inventory.ts";
import { money, plural } from "../ui/figures.ts";
import type { OpenLab } from "./open-lab.ts";
import type { Program } from "./program.ts";
import { costPerHour } from "./standing.ts";

/** How long a last look may take, in real ms: whoever pressed Ctrl-C wants to be gone. */
const LOOK_AT_MOST_MS = 8_000;

/** Prints the lines on stderr. Never throws: the error that brought us here is the one to be told. */
export async function whatStands(program: Program, lab: OpenLab, cause: unknown): Promise<void> {
  const { terminal } = program;
  terminal.say("");
  try {
    // The first signal has been aborted: looking needs one of its own.
    const aws = lab.reopen(AbortSignal.timeout(LOOK_AT_MOST_MS));
    const inventory = await readInventory(aws, lab.spec, { account: lab.place.account });
    const count = inventory.resources.length;
    const perHour = costPerHour(lab.place, inventory);
    const price = perHour > 0 ? ` They cost about ${money(perHour)} an hour.` : "";
    terminal.say(
      terminal.wrap(
        count === 0
          ? "Nothing of the lab stands."
          : `${plural(count, "resource")} of the lab stand by now.${price}`,
      ),
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.say(terminal.wrap(`What stands by now could not be read (${why}).`));
    if (cause instanceof Error && cause.message === why) return;
  }
  terminal.say(`  ${terminal.symbols.next} vpclab up          goes on from here`);
  terminal.say(`  ${terminal.symbols.next} vpclab teardown    takes everything down`);
}
