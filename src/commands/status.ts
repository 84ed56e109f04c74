/** `vpclab status`: what stands, how far each step is, both route tables, and what it costs an hour. */
import type { RouteTable } from "@aws-sdk/client-ec2";
import { type Inventory, readInventory } from "../aws/inventory.ts";
import { STEP_IDS } from "../lab/spec.ts";
import { STEPS } from "../steps/index.ts";
import type { StepState } from "../steps/step.ts";
import { money } from "../ui/figures.ts";
import { printJson } from "../ui/json.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import { header } from "./header.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { costPerHour, stepStates } from "./standing.ts";

export interface StatusOptions extends GlobalOptions {
  readonly watch?: boolean;
}

/** How often `--watch` looks again, in real ms. */
const WATCH_EVERY_MS = 5_000;

/** @returns the exit code */
export async function status(program: Program, options: StatusOptions): Promise<number> {
  const { terminal } = program;
  const lab = await openLab(program, options);
  try {
    do {
      const inventory = await readInventory(lab.aws, lab.spec, { account: lab.place.account });
      if (options.json) printJson(terminal, statusJson(lab, inventory));
      else {
        if (options.watch) terminal.clear();
        header(terminal, lab);
        await show(terminal, lab, inventory);
      }
      if (options.watch) await pause(WATCH_EVERY_MS, program.signal);
    } while (options.watch && !program.signal.aborted);
    return 0;
  } finally {
    lab.close();
  }
}

export interface RouteStatus {
  readonly routeTable: string;
  readonly name: string;
  readonly destination: string;
  readonly target: string;
  readonly state: string;
}

export function statusJson(lab: OpenLab, inventory: Inventory) {
  return {
    lab: lab.place.lab,
    target: lab.place.target,
    region: lab.place.region,
    account: lab.place.account,
    steps: stepStates(inventory, lab.journal),
    resources: inventory.resources,
    routes: routesOf(inventory.routeTables),
    estimatedCostPerHour: costPerHour(lab.place, inventory),
  };
}

export function routesOf(routeTables: readonly RouteTable[]): RouteStatus[] {
  return routeTables.flatMap((routeTable) =>
    (routeTable.Routes ?? []).map((route) => ({
      routeTable: routeTable.RouteTableId ?? "",
      name: routeTable.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
      destination:
        route.DestinationCidrBlock ?? route.DestinationPrefixListId ?? route.DestinationIpv6CidrBlock ?? "",
      target:
        route.GatewayId ??
        route.VpcPeeringConnectionId ??
        route.NetworkInterfaceId ??
        route.NatGatewayId ??
        "",
      state: route.State ?? "",
    })),
  );
}

async function show(terminal: Terminal, lab: OpenLab, inventory: Inventory): Promise<void> {
  const { bold, green, yellow, dim } = terminal.colour;
  const draw = async (columns: Parameters<typeof table>[0], rows: readonly (readonly string[])[]) =>
    terminal.out(await table(columns, rows, terminal));
  const states = stepStates(inventory, lab.journal);
  const word: Record<StepState, string> = {
    done: green("done"),
    partial: yellow("partial"),
    todo: dim("to do"),
  };
  terminal.out("");
  for (const { id, state } of states) {
    const title = STEPS.find((step) => step.id === id)?.title ?? id;
    terminal.out(`  ${STEP_IDS.indexOf(id)}  ${word[state]}${" ".repeat(9 - wordLength(state))}${title}`);
  }
  const doneCount = states.filter(({ state }) => state === "done").length;
  terminal.out(`  ${doneCount} of ${states.length} steps done`);
  if (inventory.resources.length > 0) {
    terminal.out("");
    await draw(
      [
        { title: "resource", fit: "keep" },
        { title: "id", fit: "keep" },
        { title: "name" },
        { title: "state", fit: "keep" },
      ],
      inventory.resources.map(({ part, type, id, name, state }) =>
        [part || type, shortId(id, name), name, state].map(plain),
      ),
    );
    for (const note of doubles(inventory)) terminal.out(`\n${yellow(terminal.wrap(note))}`);
  }
  for (const routeTable of inventory.routeTables) {
    terminal.out("");
    const [first] = routesOf([routeTable]);
    terminal.out(bold(`Route table ${plain(first?.name ?? "")} (${plain(routeTable.RouteTableId ?? "")})`));
    await draw(
      ["destination", "target", "state"].map((title) => ({ title, fit: "keep" as const })),
      routesOf([routeTable]).map(({ destination, target, state }) => [destination, target, state].map(plain)),
    );
  }
  for (const line of details(inventory)) terminal.out(line);
  if (inventory.resources.length > 0) terminal.out("");
  const next =
    inventory.resources.length === 0 ? "vpclab up" : doneCount < states.length ? "vpclab up" : "vpclab ping";
  const cost =
    inventory.resources.length === 0
      ? "Nothing of this lab stands."
      : lab.place.target === "aws"
        ? `While it stands, it costs about ${money(costPerHour(lab.place, inventory))} an hour.`
        : "It is on the embedded AWS and costs nothing.";
  terminal.out(terminal.wrap(cost));
  terminal.out(`  ${terminal.symbols.next} ${next}`);
  if (inventory.resources.length > 0)
    terminal.out(`  ${terminal.symbols.next} vpclab teardown    takes everything down`);
}

function wordLength(state: StepState): number {
  return state === "todo" ? "to do".length : state.length;
}

/** Log groups and IAM things are named by their name: said once is enough. */
function shortId(id: string, name: string): string {
  return id === name || id.endsWith(`/${name}`) ? "–" : id;
}

/** Systems Manager and the flow log's delivery, which no resource row says. */
function details(inventory: Inventory): string[] {
  const lines: string[] = [];
  if (inventory.instances.length > 0)
    lines.push(
      "",
      `Systems Manager: ${inventory.instances.filter(({ InstanceId }) => inventory.onlineInstanceIds.has(InstanceId ?? "")).length} of ${inventory.instances.length} instances online`,
    );
  for (const flowLog of inventory.flowLogs) {
    const error = flowLog.DeliverLogsErrorMessage ? ` (${flowLog.DeliverLogsErrorMessage})` : "";
    lines.push(
      `Flow log ${flowLog.FlowLogId}: ${flowLog.TrafficType} traffic, every ${flowLog.MaxAggregationInterval} s, ` +
        `delivery ${flowLog.DeliverLogsStatus ?? "not begun"}${error}`,
    );
  }
  return lines.map(plain);
}

/** Two of one part: an `up` whose answer was lost, or two at once. */
function doubles(inventory: Inventory): string[] {
  const counts = new Map<string, number>();
  for (const { part } of inventory.resources) counts.set(part, (counts.get(part) ?? 0) + 1);
  return [...counts]
    .filter(([part, count]) => part !== "" && count > 1)
    .map(
      ([part, count]) =>
        `There are ${count} of ${part}: one is left over from an interrupted run. vpclab teardown takes all of them.`,
    );
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
