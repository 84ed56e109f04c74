/** What came of a teardown, for people, for programs, and for the file that is kept. */
import type { Inventory, InventoryResource } from "../aws/inventory.ts";
import type { Stray } from "../aws/strays.ts";
import { duration, durationInWords, money } from "../lab/figures.ts";
import { hourlyPrice } from "../lab/prices.ts";
import type { ResourceType } from "../lab/spec.ts";
import type { Removal } from "../steps/step.ts";
import { type Leftover, type Receipt, whyNotInTheLab } from "../steps/walk.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { indent, plain, visibleWidth, wrapText } from "../ui/text.ts";
import { byDeletion, deleteCommands, detachCommand, untagCommand } from "./delete-command.ts";
import { isAwsItself } from "./endpoint.ts";
import type { OpenLab } from "./open-lab.ts";
import { idBesideName, titled } from "./resource-words.ts";
import { sizesOf } from "./standing.ts";
import { strayLine, strayNext } from "./strays-told.ts";

/** What stood before the teardown, and how long it took. */
export interface Before {
  readonly inventory: Inventory;
  readonly strays: readonly Stray[];
  /** In ms. */
  readonly tookMs: number;
}

/**
 * For programs. `strays` is there only where there are any, `unseen` where AWS did not let us look for something,
 * `untaggedLogGroup` where a log group of the lab's name stays.
 */
export function receiptJson(lab: OpenLab, receipt: Receipt, before: Before) {
  const { unseen, untaggedLogGroup } = before.inventory;
  const of = (outcome: Removal["outcome"]) =>
    receipt.removals
      .filter((removal) => removal.outcome === outcome)
      .map(({ outcome: _outcome, ...removal }) => removal);
  const strays = straysLeft(receipt, before).map((stray) => ({
    ...stray,
    next: strayNext(stray, lab.place.region),
  }));
  return {
    deleted: of("deleted"),
    absent: of("absent"),
    failed: of("failed"),
    leftovers: receipt.leftovers.toSorted(byDeletion).map((leftover) => ({
      type: leftover.type,
      part: leftover.part,
      id: leftover.id,
      name: leftover.name,
      reason: leftover.reason,
      next: nextOf(leftover, lab.place.region),
    })),
    ...(strays.length > 0 && { strays }),
    ...(unseen.includes("volumes") && { unseen: ["volumes"] }),
    ...(untaggedLogGroup !== undefined && { untaggedLogGroup }),
    complete: receipt.complete,
  };
}

/** Those in what is left of the lab's VPCs, and Elastic IPs that stay the account's after their VPC has gone. */
function straysLeft({ removals, strays }: Receipt, before: Before): Stray[] {
  const known = new Set([...removals, ...strays.found].map(({ id }) => id));
  const addresses = before.strays.filter(({ type, id }) => type === "elastic-ip" && !known.has(id));
  return [...strays.found, ...addresses.map((address) => ({ ...address, blocks: [] }))].sort(byDeletion);
}

/** What stands yet, the lab's or not, with the commands that would be rid of it. */
interface Left {
  readonly type: ResourceType;
  readonly isOurs: boolean;
  readonly text: string;
  readonly next: readonly string[];
}

/** In the order in which AWS takes the commands: pasted from the top, none is refused for what is further down. */
function allLeft(lab: OpenLab, receipt: Receipt, before: Before): Left[] {
  const { region } = lab.place;
  const strays = straysLeft(receipt, before).map((stray) => ({
    type: stray.type,
    isOurs: false,
    text: strayLine(stray, before.inventory.resources),
    next: strayNext(stray, region),
  }));
  const leftovers = receipt.leftovers.map((leftover) => ({
    type: leftover.type,
    isOurs: true,
    text: `${titled(leftover)}: ${leftover.reason}`,
    next: nextOf(leftover, region),
  }));
  return [...strays, ...leftovers].sort(byDeletion);
}

function nextOf(leftover: Leftover, region: string): string[] {
  if (leftover.reason !== whyNotInTheLab(leftover)) return deleteCommands(leftover, region);
  if (leftover.attachedTo !== undefined)
    return [detachCommand(leftover.id, region), untagCommand(leftover.id, region)];
  return [`vpclab teardown --include ${leftover.id} --region ${region}`, untagCommand(leftover.id, region)];
}

/** The whole of it in lines, as it is kept in the lab's folder; the first line is the sum. */
export function receiptLines(lab: OpenLab, receipt: Receipt, before: Before): string[] {
  return [
    sumLine(lab, receipt, before),
    ...removals(receipt).map(({ outcome, text }) => `  ${outcome} ${text}`),
    ...allLeft(lab, receipt, before).flatMap(({ isOurs, text, next }) => [
      `  ${isOurs ? "left    " : "not ours"} ${text}`,
      ...next.map((command) => `             ${command}`),
    ]),
  ];
}

/** `Torn down in 1:05 · 19 deleted · 0 left · it had stood 12 minutes, about $0.01` */
function sumLine(lab: OpenLab, receipt: Receipt, before: Before): string {
  const count = (outcome: Removal["outcome"]) =>
    receipt.removals.filter((removal) => removal.outcome === outcome).length;
  // The embedded AWS's minutes pass in seconds: the reader's watch says another time.
  const time = lab.place.target === "simulator" ? " of lab time" : "";
  const sum = [`Torn down in ${duration(before.tookMs)}${time}`, `${count("deleted")} deleted`];
  if (count("absent") > 0) sum.push(`${count("absent")} gone already`);
  if (count("failed") > 0) sum.push(`${count("failed")} failed`);
  sum.push(`${receipt.leftovers.length} left`, ...costOf(lab, before));
  return sum.join(" · ");
}

/** What became of what: `deleted ` and `VPC vpc-0ab1 (NextWork-1-vpc)`, for each removal. */
function removals({ removals, leftovers }: Receipt): { outcome: string; text: string }[] {
  const left = new Set(leftovers.map(({ id }) => id));
  return removals.map(({ outcome, reason, ...resource }) => {
    // What is left is told by itself, with the reason.
    const why = reason === undefined || left.has(resource.id) ? "" : `: ${reason}`;
    return { outcome: outcome.padEnd(8), text: `${titled(resource)}${why}` };
  });
}

/** How long it stood and what that cost, roughly; nothing where neither this machine nor AWS knows since when. */
function costOf(lab: OpenLab, { inventory }: Before): string[] {
  const since = lab.remembered?.standsSince ?? inventory.since;
  if (since === undefined) return [];
  const isEmbedded = lab.place.target === "simulator";
  const stood = Math.max(0, lab.aws.clock.now() - since);
  const types = inventory.instances.map(({ InstanceType }) => InstanceType ?? "");
  const { total } = hourlyPrice(lab.place.region, types, sizesOf(inventory.volumes));
  const cost = (total * stood) / 3_600_000;
  // What another endpoint asks for it, nobody here knows.
  const price = isAwsItself(lab.place) ? `, about ${money(cost)}` : isEmbedded ? ", at no cost" : "";
  return [`it had stood ${durationInWords(stood)}${price}`];
}

/**
 * For people: what went, the sum, and what is left with the commands that would be rid of it.
 * @param again the command that goes on with this teardown
 */
export function showReceipt(
  terminal: Terminal,
  lab: OpenLab,
  receipt: Receipt,
  before: Before,
  again: string,
): void {
  const { symbols, colour } = terminal;
  for (const { outcome, text } of removals(receipt)) {
    const mark = outcome.startsWith("failed") ? colour.red(symbols.failed) : colour.green(symbols.done);
    const beside = visibleWidth(`${mark} ${outcome} `);
    const lines = wrapText(plain(text), terminal.width - beside).join("\n");
    terminal.out(`${mark} ${outcome} ${indent(lines, beside).trimStart()}`);
  }
  terminal.out("");
  terminal.out(terminal.wrap(colour.bold(plain(sumLine(lab, receipt, before)))));
  if (receipt.complete) tellGone(terminal, lab, receipt, before);
  const left = allLeft(lab, receipt, before);
  if (left.length > 0) {
    terminal.out(
      receipt.complete
        ? "  Not the lab's, and still there:"
        : colour.red("  Left behind, in the order in which AWS deletes it:"),
    );
    for (const { isOurs, text, next } of left) {
      const whose = isOurs || receipt.complete ? "" : "not the lab's: ";
      terminal.out(terminal.wrap(plain(`${whose}${text}`), 4));
      for (const command of next) terminal.out(`      ${symbols.next} ${plain(command)}`);
    }
  }
  if (receipt.complete) return;
  terminal.out(`  ${symbols.next} ${again}    tries again: what AWS held on to is often free minutes later`);
  if (left.every(({ isOurs }) => isOurs) || again.includes("--include-strays")) return;
  terminal.out(`  ${symbols.next} ${again} --include-strays    deletes those in the lab's VPCs too`);
}

function tellGone(
  terminal: Terminal,
  { place }: OpenLab,
  { logGroupCameBack }: Receipt,
  { inventory }: Before,
): void {
  // IAM is of all Regions: a lab of that name in another one has its own there.
  const seen = [`nothing in ${place.region}, and nothing of it in IAM, carries vpclab:lab=${place.lab}`];
  if (logGroupCameBack)
    seen.push("the log group came back with records in flight, and was deleted once more");
  else if (inventory.resources.some(({ type }) => type === "log-group"))
    seen.push("the log group stayed away");
  if (inventory.unseen.includes("volumes")) seen.push("volumes could not be looked for");
  terminal.out(terminal.wrap(`looked again: ${seen.join("; ")}.`, 2));
}

/** What is about to go, before the question. */
export function resourceTable(terminal: Terminal, resources: readonly InventoryResource[]): string {
  return table(
    [{ title: "resource", fit: "keep" }, { title: "id", fit: "keep" }, { title: "name" }],
    resources.map((resource) => [resource.type, idBesideName(resource), resource.name].map(plain)),
    terminal,
  );
}
