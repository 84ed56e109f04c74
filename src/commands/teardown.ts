/** `vpclab teardown`: takes everything down that carries the lab's tag, looks again, and prints a receipt. */
import { type Inventory, type InventoryResource, readInventory } from "../aws/inventory.ts";
import { Interrupted, usageError } from "../lab/error.ts";
import { hourlyPrice } from "../lab/prices.ts";
import type { LabContext, Removal } from "../steps/step.ts";
import { type Receipt, walkDown } from "../steps/walk.ts";
import { duration, durationInWords, money, plural } from "../ui/figures.ts";
import { printJson } from "../ui/json.ts";
import { CANCELLED, typeToConfirm } from "../ui/prompt.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { header } from "./header.ts";
import { whatStands } from "./interruption.ts";
import { collectingNarrator, terminalNarrator } from "./narrate.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import type { GlobalOptions, Program } from "./program.ts";

export interface TeardownOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** Something of the lab is left on AWS. */
const EXIT_LEFTOVERS = 5;

/** What was asked for was not done: a script that waits for a teardown has to learn it. */
const EXIT_DECLINED = 1;

/** @returns the exit code */
export async function teardown(program: Program, options: TeardownOptions): Promise<number> {
  const { terminal } = program;
  const asks = terminal.isInteractive && !options.yes && !options.json;
  const lab = await openLab(program, options, {
    beforeCalls: (target) => {
      if (target === "aws" && !options.yes && !options.dryRun && !asks)
        throw usageError(
          "Nobody is here to say yes to the teardown.",
          "Say it by flag: vpclab teardown --yes.",
        );
    },
  });
  try {
    const inventory = await readInventory(lab.aws, lab.spec, { account: lab.place.account });
    if (!options.json) header(terminal, lab);
    if (options.dryRun) return await showDryRun(terminal, inventory);
    if (inventory.resources.length === 0) {
      forget(lab);
      if (options.json)
        printReceipt(terminal, { removals: [], leftovers: [], logGroupCameBack: false, complete: true });
      else
        terminal.out(
          `Nothing of lab ${lab.place.lab} stands in ${lab.place.region} or IAM. There is nothing to do.`,
        );
      return 0;
    }
    if (asks) {
      await listResources(terminal, inventory);
      if (!(await agreed(program, lab))) {
        terminal.say("Nothing was deleted.");
        return EXIT_DECLINED;
      }
    }
    return await takeDown(program, lab, inventory, options);
  } finally {
    lab.close();
  }
}

async function takeDown(
  program: Program,
  lab: OpenLab,
  inventory: Inventory,
  options: TeardownOptions,
): Promise<number> {
  const { terminal } = program;
  const { aws } = lab;
  const begun = aws.clock.now();
  const narrator = options.json
    ? collectingNarrator()
    : terminalNarrator({ terminal, clock: aws.clock, signal: program.signal, asks: false });
  const context: LabContext = {
    spec: lab.spec,
    aws,
    journal: lab.journal,
    narrator,
    prepared: { account: lab.place.account },
  };
  let receipt: Receipt;
  try {
    receipt = await narrator.wait(
      {
        text: `${plural(inventory.resources.length, "resource")} go, the instances first`,
        usually: "1:00 to 3:00",
      },
      () => walkDown(context, inventory),
    );
    program.signal.throwIfAborted();
  } catch (error) {
    await whatStands(program, lab, error);
    throw error;
  }
  const text = receiptText(lab, receipt, inventory, aws.clock.now() - begun);
  const kept = lab.memory.keepFile(lab.place, "receipt.txt", `${text}\n`);
  if (receipt.complete) forget(lab);
  if (options.json) printReceipt(terminal, receipt);
  else await showReceipt(terminal, lab, receipt, text, kept);
  return receipt.complete ? 0 : EXIT_LEFTOVERS;
}

/** The lab's name typed: a yes is too quickly said. */
async function agreed(program: Program, lab: OpenLab): Promise<boolean> {
  const answer = await typeToConfirm(program.terminal, {
    message: `All of this is deleted for good. Type the lab's name, ${lab.place.lab}, to go on (Ctrl-C: leave it standing).`,
    expected: lab.place.lab,
    signal: program.signal,
  });
  if (answer === CANCELLED && program.signal.aborted) throw new Interrupted();
  return answer === true;
}

async function showDryRun(terminal: Terminal, inventory: Inventory): Promise<number> {
  if (terminal.json) printJson(terminal, { delete: inventory.resources });
  else if (inventory.resources.length === 0)
    terminal.out("Nothing of this lab stands: a teardown would delete nothing.");
  else {
    await listResources(terminal, inventory);
    terminal.out("Nothing was deleted. To delete it: vpclab teardown");
  }
  return 0;
}

async function listResources(terminal: Terminal, inventory: Inventory): Promise<void> {
  terminal.out(
    `This deletes ${plural(inventory.resources.length, "resource")}, and what belongs to them (routes, volumes, network interfaces, log records):\n`,
  );
  terminal.out(await resourceTable(terminal, inventory.resources));
  terminal.out("");
}

function resourceTable(terminal: Terminal, resources: readonly InventoryResource[]): Promise<string> {
  return table(
    [{ title: "resource", fit: "keep" }, { title: "id", fit: "keep" }, { title: "name" }],
    resources.map(({ type, id, name }) => [type, id.startsWith("arn:") ? "–" : id, name].map(plain)),
    terminal,
  );
}

/** The lab is gone: the next `up` starts afresh, wherever it is asked to. */
function forget(lab: OpenLab): void {
  if (lab.remembered) lab.memory.remember({ ...lab.remembered, tornDownAt: Date.now() });
  lab.memory.closeJournal(lab.place);
}

function printReceipt(terminal: Terminal, receipt: Receipt): void {
  const of = (outcome: Removal["outcome"]) =>
    receipt.removals
      .filter((removal) => removal.outcome === outcome)
      .map(({ outcome: _outcome, ...removal }) => removal);
  printJson(terminal, {
    deleted: of("deleted"),
    absent: of("absent"),
    failed: of("failed"),
    leftovers: receipt.leftovers.map(({ type, part, id, name }) => ({ type, part, id, name })),
    complete: receipt.complete,
  });
}

function receiptText(lab: OpenLab, receipt: Receipt, inventory: Inventory, tookMs: number): string {
  const count = (outcome: Removal["outcome"]) => receipt.removals.filter((r) => r.outcome === outcome).length;
  const parts = [`Torn down in ${duration(tookMs)}`, `${count("deleted")} deleted`];
  if (count("absent") > 0) parts.push(`${count("absent")} gone already`);
  if (count("failed") > 0) parts.push(`${count("failed")} failed`);
  parts.push(`${receipt.leftovers.length} left`);
  const since = lab.remembered?.standsSince;
  if (since !== undefined) {
    const stood = lab.aws.clock.now() - since;
    const types = inventory.instances.map(({ InstanceType }) => InstanceType ?? "");
    const cost = (hourlyPrice(lab.place.region, types).total * stood) / 3_600_000;
    const price = lab.place.target === "aws" ? `about ${money(cost)}` : "at no cost";
    parts.push(`it had stood ${durationInWords(stood)}, ${price}`);
  }
  const lines = [parts.join(" · ")];
  for (const { outcome, type, id, name, reason } of receipt.removals)
    lines.push(
      `  ${outcome.padEnd(8)} ${type} ${id}${name === "" || name === id ? "" : ` (${name})`}${reason === undefined ? "" : `: ${reason}`}`,
    );
  return lines.join("\n");
}

async function showReceipt(
  terminal: Terminal,
  lab: OpenLab,
  receipt: Receipt,
  text: string,
  kept: string,
): Promise<void> {
  const [summary = "", ...rest] = text.split("\n");
  const { symbols, colour } = terminal;
  for (const line of rest) {
    const isBad = line.trimStart().startsWith("failed");
    const mark = isBad ? colour.red(symbols.failed) : colour.green(symbols.done);
    terminal.out(`${mark} ${plain(line.trim())}`);
  }
  terminal.out("");
  terminal.out(terminal.wrap(colour.bold(summary)));
  if (receipt.complete) {
    const logGroup = receipt.logGroupCameBack
      ? "the log group came back with records in flight, and was deleted once more"
      : "the log group stayed away";
    terminal.out(
      terminal.wrap(
        `looked again: nothing in ${lab.place.region} or IAM carries vpclab:lab=${lab.place.lab}; ${logGroup}.`,
        2,
      ),
    );
  } else {
    terminal.out(colour.red("  Left behind:"));
    terminal.out(await resourceTable(terminal, receipt.leftovers));
    terminal.out(
      `  ${symbols.next} vpclab teardown    tries again: what AWS held on to is often free minutes later`,
    );
  }
  terminal.out(terminal.wrap(`The receipt is kept in ${plain(kept)}`, 2));
}
