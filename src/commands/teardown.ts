/** `vpclab teardown`: takes everything down that carries the lab's tag, looks again, and prints a receipt. */
import { readInventory } from "../aws/inventory.ts";
import { readStrays, type Strays } from "../aws/strays.ts";
import { SHOWS_WITHIN_MS } from "../aws/visible.ts";
import { EXIT, Interrupted, usageError } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import { shellWord } from "../lab/shell-word.ts";
import type { LabContext } from "../steps/step.ts";
import { notInTheLab, type Receipt, walkDown } from "../steps/walk.ts";
import { printJson } from "../ui/json.ts";
import { CANCELLED, typeToConfirm } from "../ui/prompt.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { labsEverywhere, type StandingLab, tellUnread, type Unread } from "./everywhere.ts";
import { header } from "./header.ts";
import { standingNow, whatStands } from "./interruption.ts";
import { silentNarrator, terminalNarrator } from "./narrate.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { isOfAccount, otherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { type Before, receiptJson, receiptLines, resourceTable, showReceipt } from "./receipt.ts";
import { elsewhereTold, straysTold, unseenTold, untaggedTold } from "./strays-told.ts";

export interface TeardownOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  /** The lab of this name in every Region of the account. */
  readonly allRegions?: boolean;
  /** What others put into the lab's VPCs goes too. */
  readonly includeStrays?: boolean;
  /** Ids of things outside the lab's VPCs that carry its tag and are to go too. */
  readonly include?: readonly string[];
}

/** A lab about to be taken down. */
interface Doomed extends StandingLab {
  readonly strays: Strays;
}

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
    if (!options.json) header(terminal, lab);
    const { standing, unread } = await look(program, lab, options);
    tellUnread(terminal, unread);
    const doomed = withNamed(await Promise.all(standing.map(withStrays)), options.include ?? []);
    if (!options.json) for (const each of doomed) tellOthers(terminal, each, options);
    if (options.dryRun) return showDryRun(terminal, lab, doomed, unread, options);
    if (doomed.every(({ inventory }) => inventory.resources.length === 0) && !options.json)
      terminal.out(terminal.wrap(nothingStands(lab, options, unread)));
    else if (asks) {
      listResources(terminal, doomed, options);
      await agree(program, lab, doomed, options);
    }
    const receipts: { lab: OpenLab; receipt: Receipt; before: Before }[] = [];
    for (const each of doomed) receipts.push(await takeDown(program, each, options));
    if (options.json) printReceipts(terminal, receipts, unread, options);
    const complete = unread.length === 0 && receipts.every(({ receipt }) => receipt.complete);
    if (complete && options.allRegions) forgetEverywhere(lab);
    return complete ? 0 : EXIT.leftovers;
  } finally {
    lab.close();
  }
}

/** The lab in its own Region, whether or not anything stands there; or in each Region where something does. */
async function look(
  program: Program,
  lab: OpenLab,
  options: TeardownOptions,
): Promise<{ standing: readonly StandingLab[]; unread: readonly Unread[] }> {
  if (options.allRegions) return labsEverywhere(program, lab, lab.place.lab);
  const read = () => readInventory(lab.aws, lab.spec, { account: lab.place.account });
  const inventory = await read();
  if (inventory.resources.length > 0 || !isJustBegun(lab))
    return { standing: [{ lab, inventory }], unread: [] };
  program.terminal.say(
    program.terminal.wrap(
      "Nothing shows of the lab that was begun a moment ago; AWS may be some seconds behind, so we look again.",
    ),
  );
  await lab.aws.clock.sleep(SHOWS_WITHIN_MS, lab.aws.signal);
  return { standing: [{ lab, inventory: await read() }], unread: [] };
}

const MOMENT_MS = 60_000;

/** An `up` of this machine, interrupted as it made the first thing: what that was may not show yet (AWS-FACTS §6). */
function isJustBegun({ remembered }: OpenLab): boolean {
  return remembered !== undefined && Date.now() - remembered.upAt < MOMENT_MS;
}

async function withStrays({ lab, inventory }: StandingLab): Promise<Doomed> {
  return { lab, inventory, strays: await readStrays(lab.aws, inventory) };
}

/** What was named by `--include` is taken for the lab's. @throws LabError 2 for an id that is not among what may be */
function withNamed(doomed: readonly Doomed[], include: readonly string[]): Doomed[] {
  // No volume is taken from an instance that is not the lab's, named or not.
  const free = doomed.flatMap(({ inventory }) =>
    inventory.elsewhere.filter(({ attachedTo }) => attachedTo === undefined),
  );
  const known = new Set(free.map(({ id }) => id));
  const unknown = include.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw usageError(
      `--include ${unknown.join(", ")}: not among what carries the lab's tag outside its VPCs and can be deleted.`,
      "See what there is: vpclab teardown --dry-run",
    );
  return doomed.map(({ inventory, ...rest }) => {
    const isNamed = ({ id }: { id: string }) => include.includes(id);
    return {
      ...rest,
      inventory: {
        ...inventory,
        resources: [...inventory.resources, ...inventory.elsewhere.filter(isNamed)],
        elsewhere: inventory.elsewhere.filter((resource) => !isNamed(resource)),
      },
    };
  });
}

function tellOthers(terminal: Terminal, { lab, inventory, strays }: Doomed, options: TeardownOptions): void {
  for (const line of [
    ...unseenTold(terminal, inventory),
    ...straysTold(terminal, strays, inventory, options.includeStrays === true, again(options)),
    ...untaggedTold(terminal, inventory, lab.place.region),
    ...elsewhereTold(terminal, inventory.elsewhere, lab.place.region, again(options)),
  ])
    terminal.say(line);
}

/** The command that takes up this teardown, be it in the Regions that it was of or with strays. */
function again({ allRegions, includeStrays }: TeardownOptions): string {
  return `vpclab teardown${allRegions ? " --all-regions" : ""}${includeStrays ? " --include-strays" : ""}`;
}

/** The same before anything is deleted: with what was named, too, which afterwards may be gone. */
function asAsked(options: TeardownOptions): string {
  const { include = [] } = options;
  return `${again(options)}${include.length > 0 ? ` --include ${include.map(shellWord).join(" ")}` : ""}`;
}

function nothingStands(asked: OpenLab, options: TeardownOptions, unread: readonly Unread[]): string {
  const { lab, region } = asked.place;
  // A lab of that name in another Region has its own in IAM.
  if (!options.allRegions) {
    const nothing = `Nothing stands of lab ${lab} in ${region}, neither there nor in IAM. There is nothing to do.`;
    const others = otherLabs(asked);
    return others === undefined ? nothing : `${nothing} ${others}`;
  }
  const where = unread.length > 0 ? "the Regions that could be read" : "any Region of the account";
  const orIam = unread.some(({ region }) => region === "IAM") ? "" : " or IAM";
  return `Nothing of lab ${lab} stands in ${where}${orIam}. There is nothing to do.`;
}

async function takeDown(
  program: Program,
  doomed: Doomed,
  options: TeardownOptions,
): Promise<{ lab: OpenLab; receipt: Receipt; before: Before }> {
  const { terminal } = program;
  const { lab, inventory } = doomed;
  const strays = doomed.strays.found;
  if (inventory.resources.length === 0) {
    const receipt = nothingDone(doomed);
    if (receipt.complete) forget(lab);
    return { lab, receipt, before: { inventory, strays, tookMs: 0 } };
  }
  if (options.allRegions && !options.json) terminal.out(terminal.colour.bold(`\n${lab.place.region}`));
  const begun = lab.aws.clock.now();
  const begunHere = Date.now();
  const narrator = options.json
    ? silentNarrator()
    : terminalNarrator({ terminal, clock: lab.aws.clock, signal: program.signal, asks: false });
  const context: LabContext = {
    spec: lab.spec,
    aws: lab.aws,
    journal: lab.journal,
    narrator,
    prepared: { account: lab.place.account },
  };
  const going = options.includeStrays ? strays : [];
  const count = inventory.resources.length + going.length;
  const instances = inventory.resources.filter(({ type }) => type === "instance").length;
  let receipt: Receipt;
  try {
    receipt = await narrator.wait(
      {
        text: `${plural(count, "resource")} ${count === 1 ? "goes" : "go"}${instances > 0 ? ", the instances first" : ""}`,
        // The instances' ending is what takes long; how long the rest takes depends on what there is.
        usually: instances > 0 ? "1:00 to 3:00" : undefined,
      },
      () => walkDown(context, inventory, undefined, going),
    );
    program.signal.throwIfAborted();
  } catch (error) {
    // In another Region than a command without flags would take, the lab's name alone would mean another one.
    const where = options.allRegions ? ` --region ${lab.place.region}` : "";
    await whatStands(program, lab, error, [
      `${again(options)}    goes on from here`,
      `vpclab up${where}          makes again what is gone`,
    ]);
    throw error;
  }
  const before = { inventory, strays, tookMs: lab.aws.clock.now() - begun };
  const text = receiptLines(lab, receipt, before).map(plain).join("\n");
  const kept = lab.memory.keepFile(lab.place, "receipt.txt", `${text}\n`, begunHere);
  if (receipt.complete) forget(lab);
  if (!options.json) {
    showReceipt(terminal, lab, receipt, before, again(options));
    if (kept !== undefined)
      terminal.out(terminal.wrap(`The receipt is kept in ${plain(fromHome(kept, program.env.HOME))}`, 2));
  }
  return { lab, receipt, before };
}

/** `~/.local/state/…`, as a shell takes it: in full it seldom fits a line. On Windows HOME is not set, and it stays. */
function fromHome(path: string, home: string | undefined): string {
  return home && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

/** Nothing of the lab stands, but what carries its tag elsewhere is left all the same. */
function nothingDone({ inventory, strays }: Doomed): Receipt {
  return {
    removals: [],
    leftovers: notInTheLab(inventory),
    strays,
    logGroupCameBack: false,
    complete: inventory.elsewhere.length === 0,
  };
}

/** The lab's name typed: a yes is too quickly said. */
async function agree(
  { terminal, signal }: Program,
  { place }: OpenLab,
  doomed: readonly Doomed[],
  options: TeardownOptions,
): Promise<void> {
  const answer = await typeToConfirm(terminal, {
    message: `Type ${place.lab} to delete all of this for good:`,
    expected: place.lab,
    signal,
  });
  if (answer !== CANCELLED) return;
  const standing = standingNow(
    place,
    doomed.map(({ inventory }) => inventory),
  );
  terminal.say(terminal.wrap(`Nothing was deleted. ${standing}`));
  terminal.say(`  ${terminal.symbols.next} ${asAsked(options)}    takes everything down`);
  throw new Interrupted();
}

function showDryRun(
  terminal: Terminal,
  lab: OpenLab,
  doomed: readonly Doomed[],
  unread: readonly Unread[],
  options: TeardownOptions,
): number {
  const all = doomed.flatMap(({ inventory }) => inventory.resources);
  if (terminal.json) printJson(terminal, { delete: all });
  else if (all.length === 0) terminal.out(terminal.wrap(nothingStands(lab, options, unread)));
  else {
    listResources(terminal, doomed, options);
    terminal.out(terminal.wrap(`Nothing was deleted. To delete it: ${asAsked(options)}`));
  }
  // As status --all: what could not be read may hold more.
  return unread.length === 0 ? 0 : EXIT.failed;
}

function listResources(terminal: Terminal, doomed: readonly Doomed[], options: TeardownOptions): void {
  for (const { lab, inventory } of doomed) {
    if (inventory.resources.length === 0) continue;
    const where = options.allRegions ? ` in ${lab.place.region}` : "";
    terminal.out(
      terminal.wrap(
        `This deletes ${plural(inventory.resources.length, "resource")}${where}, and what belongs to them (routes, volumes, network interfaces, log records):`,
      ),
    );
    terminal.out("");
    terminal.out(resourceTable(terminal, inventory.resources));
    terminal.out("");
  }
}

/** The lab is gone: the next `up` starts afresh, wherever it is asked to. */
function forget(lab: OpenLab): void {
  if (lab.remembered) lab.memory.remember({ ...lab.remembered, tornDownAt: Date.now() });
  lab.memory.closeJournal(lab.place);
}

/** No Region of the account has it any more, whatever this machine remembers. */
function forgetEverywhere(lab: OpenLab): void {
  for (const other of lab.elsewhere)
    if (isOfAccount(other, lab.place)) lab.memory.remember({ ...other, tornDownAt: Date.now() });
  forget(lab);
}

function printReceipts(
  terminal: Terminal,
  receipts: readonly { lab: OpenLab; receipt: Receipt; before: Before }[],
  unread: readonly Unread[],
  options: TeardownOptions,
): void {
  const all = receipts.map(({ lab, receipt, before }) => ({
    region: lab.place.region,
    ...receiptJson(lab, receipt, before),
  }));
  if (options.allRegions) {
    const complete = unread.length === 0 && all.every((one) => one.complete);
    printJson(terminal, { regions: all, unread, complete });
  } else {
    const [{ region: _region, ...only } = { region: "" }] = all;
    printJson(terminal, only);
  }
}
