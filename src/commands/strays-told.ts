/** What others put into the lab's VPCs, what only carries the lab's tag, and left volumes, as a person reads of it. */
import type { Inventory, InventoryResource } from "../aws/inventory.ts";
import type { Stray, Strays } from "../aws/strays.ts";
import { money, plural } from "../lab/figures.ts";
import { volumePrice } from "../lab/prices.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { deleteCommand, deleteCommands, detachCommand, untagCommand } from "./delete-command.ts";
import { titled } from "./resource-words.ts";
import { sizesOf } from "./standing.ts";

/** `security group sg-0ab1 (mine), planted by GuardDuty: keeps NextWork-1-vpc` */
export function strayLine(stray: Stray, resources: readonly InventoryResource[]): string {
  const by = stray.plantedBy === undefined ? "" : `, planted by ${stray.plantedBy}`;
  const kept = stray.blocks.map((id) => resources.find((resource) => resource.id === id)?.name || id);
  const keeps = stray.type === "elastic-ip" ? "costs by the hour until it is released" : "";
  const effects = [...(kept.length > 0 ? [`keeps ${kept.join(", ")}`] : []), ...(keeps ? [keeps] : [])];
  return `${titled(stray)}${by}${effects.length > 0 ? `: ${effects.join("; ")}` : ""}`;
}

/** How to go on with a stray that stays. */
export function strayNext(stray: Stray, region: string): string[] {
  return stray.goesAlone
    ? deleteCommands(stray, region)
    : [`delete what ${stray.plantedBy} has there: AWS lets ${stray.id} go with it`];
}

/**
 * Lines for the terminal; none where there is nothing to tell.
 * @param teardown the command that would take the lab down
 */
export function straysTold(
  terminal: Terminal,
  { found, unseen }: Strays,
  inventory: Inventory,
  isIncluded: boolean,
  teardown = "vpclab teardown",
): string[] {
  const lines: string[] = [];
  if (found.length > 0) {
    const fate = isIncluded
      ? "deleted too (--include-strays)"
      : `kept, with what of the lab each keeps in turn, unless you say ${teardown} --include-strays`;
    const title = `${terminal.symbols.warning} In the lab's VPCs, but not the lab's (${plural(found.length, "thing")}), and so ${fate}:`;
    lines.push("", terminal.colour.yellow(terminal.wrap(title)));
    for (const stray of found) lines.push(terminal.wrap(plain(strayLine(stray, inventory.resources)), 4));
  }
  if (unseen.length > 0)
    lines.push(
      terminal.wrap(
        `Note: whether others have put ${unseen.join(", ")} there is not known; AWS did not let us look.`,
      ),
    );
  return lines;
}

/**
 * What carries the lab's tag in a VPC that is not the lab's, in lines; none where there is nothing.
 * @param teardown the command that would take the lab down
 */
export function elsewhereTold(
  terminal: Terminal,
  elsewhere: readonly InventoryResource[],
  region: string,
  teardown = "vpclab teardown",
): string[] {
  if (elsewhere.length === 0) return [];
  const title = `${terminal.symbols.warning} This carries the lab's tag but is not where the lab is: somebody may have copied the tag. It stays, unless you name it:`;
  return [
    "",
    terminal.colour.yellow(terminal.wrap(title)),
    ...elsewhere.flatMap((resource) => [
      terminal.wrap(plain(`${titled(resource)}${held(resource)}`), 4),
      resource.attachedTo === undefined
        ? `      to delete it:        ${teardown} --include ${plain(resource.id)}`
        : `      to detach it first:  ${plain(detachCommand(resource.id, region))}`,
      `      to take the tag off: ${plain(untagCommand(resource.id, region))}`,
    ]),
  ];
}

function held({ attachedTo }: InventoryResource): string {
  return attachedTo === undefined ? "" : `, attached to ${attachedTo}, which is not the lab's`;
}

/** A log group that has the lab's name and no tag, in lines: with its lab gone, nobody would think of it. */
export function untaggedTold(
  terminal: Terminal,
  { untaggedLogGroup }: Pick<Inventory, "untaggedLogGroup">,
  region: string,
): string[] {
  if (untaggedLogGroup === undefined) return [];
  const title = `${terminal.symbols.warning} The log group ${untaggedLogGroup} has the lab's name but no tag of it, so it stays. A flow log that still wrote after its group was deleted may have made it again; its records are paid for.`;
  return [
    "",
    terminal.colour.yellow(terminal.wrap(plain(title))),
    `    to delete it: ${plain(deleteCommand({ type: "log-group", id: untaggedLogGroup }, region))}`,
  ];
}

/** What of the lab may be there unseen, in lines; none where all could be read. */
export function unseenTold(terminal: Terminal, { unseen }: Inventory): string[] {
  if (!unseen.includes("volumes")) return [];
  const text =
    "Note: whether volumes of the lab were left behind is not known; AWS did not let us look (ec2:DescribeVolumes).";
  return ["", terminal.wrap(text)];
}

/** Volumes that outlive their instances, in lines: what was left behind and is paid for, and what would be. */
export function volumesTold(terminal: Terminal, { resources, volumes }: Inventory): string[] {
  const outliving = resources.filter(({ type }) => type === "volume");
  const isLeft = ({ attachedTo }: InventoryResource) => attachedTo === undefined;
  const left = outliving.filter(isLeft);
  const sizes = sizesOf(volumes.filter(({ VolumeId }) => left.some(({ id }) => id === VolumeId)));
  const told = (title: string, some: readonly InventoryResource[]) => {
    if (some.length === 0) return [];
    const text = plain(`${title}: ${some.map(({ id }) => id).join(", ")}`);
    return ["", terminal.colour.yellow(terminal.wrap(`${terminal.symbols.warning} ${text}`))];
  };
  return [
    ...told(
      `Volumes that no instance has any more; until vpclab teardown they cost ${money(volumePrice(sizes))} an hour on AWS`,
      left,
    ),
    ...told(
      "Volumes that stay when their instance goes (DeleteOnTermination is off), unless by vpclab teardown",
      outliving.filter((volume) => !isLeft(volume)),
    ),
  ];
}
