/** `vpclab status`: what stands, how far each step is, the lab drawn, and what it costs an hour. */
import { writeFile } from "node:fs/promises";
import type { RouteTable } from "@aws-sdk/client-ec2";
import type { Inventory } from "../aws/inventory.ts";
import { surveyLab } from "../aws/lab-survey.ts";
import type { Strays } from "../aws/strays.ts";
import { translate } from "../aws/translate.ts";
import { realSleep } from "../lab/clock.ts";
import { EXIT, LabError, messageOf, usageError } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import type { LabPicture } from "../lab/picture.ts";
import { STEP_IDS } from "../lab/spec.ts";
import { STEPS } from "../steps/index.ts";
import { labPicture } from "../steps/lab-picture.ts";
import { destinationOf, targetOf } from "../steps/route-table-finding.ts";
import type { StepState } from "../steps/step.ts";
import { printJson } from "../ui/json.ts";
import { drawPage } from "../ui/page.ts";
import { table } from "../ui/table.ts";
import type { Terminal } from "../ui/terminal.ts";
import { pad, plain } from "../ui/text.ts";
import { drawing } from "./drawing.ts";
import { svgDrawing } from "./drawing-svg.ts";
import { header } from "./header.ts";
import { type OpenLab, openLabAndRead } from "./open-lab.ts";
import { otherLabs } from "./other-labs.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { idBesideName } from "./resource-words.ts";
import { costPerHour, placeJson, priceInWords, stepStates } from "./standing.ts";
import { elsewhereTold, straysTold, unseenTold, volumesTold } from "./strays-told.ts";

export interface StatusOptions extends GlobalOptions {
  readonly watch?: boolean;
  /** Every lab of the account, in every Region: see status-all.ts. */
  readonly all?: boolean;
  /** A file for the drawing. */
  readonly svg?: string;
}

/** How often `--watch` looks again, in real ms. */
const WATCH_EVERY_MS = 5_000;

/** How many looks in a row may fail before `--watch` gives up: a network may be gone for a minute. */
const MOST_FAILURES = 12;

/** @returns the exit code */
export async function status(program: Program, options: StatusOptions): Promise<number> {
  const { terminal } = program;
  if (options.all && (options.watch || options.svg !== undefined))
    throw usageError("--all lists labs, a line each: it goes with neither --watch nor --svg.");
  const { lab, found } = await openLabAndRead(program, options, async (from) =>
    options.all ? undefined : surveyLab(from),
  );
  let seen = found;
  let failures = 0;
  try {
    if (options.all) return await (await import("./status-all.ts")).statusAll(program, lab, options);
    do {
      try {
        seen ??= await surveyLab({ aws: lab.aws, spec: lab.spec, account: lab.place.account });
        failures = 0;
      } catch (error) {
        program.signal.throwIfAborted();
        failures += 1;
        if (failures === MOST_FAILURES || translate(error).exitCode === EXIT.noCredentials) throw error;
        const why = plain(messageOf(error)).replace(/\.$/, "");
        terminal.say(terminal.wrap(`${terminal.symbols.warning} Not read: ${why}. It is looked at again.`));
        await realSleep(WATCH_EVERY_MS, program.signal);
        continue;
      }
      const { inventory, network, strays } = seen;
      seen = undefined;
      const picture = labPicture(network);
      if (options.svg !== undefined) await writeSvg(options.svg, lab, picture);
      if (options.json) printJson(terminal, { ...statusJson(lab, inventory), strays: strays.found });
      else {
        const write = (detail: Detail) => (page: Terminal) => {
          header(page, lab);
          show(page, lab, inventory, picture, strays, detail);
          if (options.svg !== undefined) page.say(page.wrap(`The drawing is in ${plain(options.svg)}.`));
        };
        if (options.watch) drawPage(terminal, write("all"), write("no table"), write("no drawing"));
        else write("all")(terminal);
      }
      if (options.watch) await realSleep(WATCH_EVERY_MS, program.signal);
    } while (options.watch);
    return 0;
  } finally {
    lab.close();
  }
}

interface RouteStatus {
  readonly routeTable: string;
  readonly name: string;
  readonly destination: string;
  readonly target: string;
  readonly state: string;
}

function statusJson(lab: OpenLab, inventory: Inventory) {
  return {
    ...placeJson(lab.place),
    steps: stepStates(inventory, lab),
    resources: inventory.resources,
    elsewhere: inventory.elsewhere,
    routes: routesOf(inventory.routeTables),
    estimatedCostPerHour: costPerHour(lab.place, inventory),
  };
}

function routesOf(routeTables: readonly RouteTable[]): RouteStatus[] {
  return routeTables.flatMap((routeTable) =>
    (routeTable.Routes ?? []).map((route) => ({
      routeTable: routeTable.RouteTableId ?? "",
      name: routeTable.Tags?.find(({ Key }) => Key === "Name")?.Value ?? "",
      destination: destinationOf(route) ?? "",
      target: targetOf(route) ?? "",
      state: route.State ?? "",
    })),
  );
}

async function writeSvg(file: string, { place }: OpenLab, picture: LabPicture): Promise<void> {
  try {
    await writeFile(file, svgDrawing(picture, `The AWS network of lab ${place.lab} in ${place.region}`));
  } catch (error) {
    throw new LabError("svg-not-written", `The drawing could not be written to ${file}.`, {
      why: messageOf(error),
      next: ["Name another file: vpclab status --svg lab.svg"],
      cause: error,
    });
  }
}

/** Of the resources: a row each and the drawing; the drawing and their states counted; these alone. */
type Detail = "all" | "no table" | "no drawing";

function show(
  terminal: Terminal,
  lab: OpenLab,
  inventory: Inventory,
  picture: LabPicture,
  strays: Strays,
  detail: Detail,
): void {
  const { green, yellow, dim } = terminal.colour;
  const draw = (columns: Parameters<typeof table>[0], rows: readonly (readonly string[])[]) =>
    terminal.out(table(columns, rows, terminal));
  const states = stepStates(inventory, lab);
  const word: Record<StepState, string> = {
    done: green("done"),
    partial: yellow("partial"),
    todo: dim("to do"),
  };
  terminal.out("");
  for (const { id, state } of states) {
    const title = STEPS.find((step) => step.id === id)?.title ?? id;
    terminal.out(`  ${STEP_IDS.indexOf(id)}  ${pad(word[state], 9)}${title}`);
  }
  const doneCount = states.filter(({ state }) => state === "done").length;
  terminal.out(`  ${doneCount} of ${states.length} steps done`);
  if (inventory.resources.length > 0) {
    terminal.out("");
    if (detail === "all")
      draw(
        [
          { title: "resource", fit: "keep" },
          { title: "id", fit: "keep" },
          { title: "name" },
          { title: "state", fit: "keep" },
        ],
        inventory.resources.map((resource) =>
          [resource.part || resource.type, idBesideName(resource), resource.name, resource.state].map(plain),
        ),
      );
    else terminal.out(terminal.wrap(statesCounted(inventory)));
    for (const note of doubles(inventory)) terminal.out(`\n${yellow(terminal.wrap(note))}`);
    for (const line of volumesTold(terminal, inventory)) terminal.out(line);
    for (const line of unseenTold(terminal, inventory)) terminal.out(line);
    for (const line of straysTold(terminal, strays, inventory, false)) terminal.out(line);
  }
  const drawn = detail === "no drawing" ? [] : drawing(picture, terminal);
  if (drawn.length > 0) terminal.out(["", ...drawn].join("\n"));
  for (const line of details(inventory)) terminal.out(terminal.wrap(line));
  for (const line of elsewhereTold(terminal, inventory.elsewhere, lab.place.region)) terminal.out(line);
  if (inventory.resources.length > 0) terminal.out("");
  const next = inventory.resources.length === 0 || doneCount < states.length ? "vpclab up" : "vpclab ping";
  const others = otherLabs(lab);
  const cost =
    inventory.resources.length === 0
      ? `Nothing of this lab stands.${others === undefined ? "" : ` ${others}`}`
      : `It stands ${priceInWords(lab.place, costPerHour(lab.place, inventory))}.`;
  terminal.out(terminal.wrap(cost));
  terminal.out(`  ${terminal.symbols.next} ${next}`);
  if (inventory.resources.length > 0)
    terminal.out(`  ${terminal.symbols.next} vpclab teardown    takes everything down`);
}

/** "19 resources: 9 present, 4 available, 2 running …": most of one state first. */
function statesCounted({ resources }: Inventory): string {
  const counts = new Map<string, number>();
  // A flow log is ACTIVE where a peering connection is active.
  for (const state of resources.map((resource) => resource.state.toLowerCase()))
    counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts].sort(([, one], [, other]) => other - one);
  return `${plural(resources.length, "resource")}: ${states.map(([state, count]) => `${count} ${plain(state)}`).join(", ")}`;
}

/** Systems Manager and the flow log's delivery, which no resource row says. */
function details(inventory: Inventory): string[] {
  const lines: string[] = [];
  const { instances, onlineInstanceIds } = inventory;
  if (instances.length > 0) {
    const online = instances.filter(({ InstanceId }) => onlineInstanceIds.has(InstanceId ?? ""));
    const told = inventory.unseen.includes("agents")
      ? "which instances are online is not known; AWS did not let us look"
      : `${online.length} of ${plural(instances.length, "instance")} online`;
    lines.push("", `Systems Manager: ${told}`);
  }
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
