/** `vpclab up --dry-run`: what would be made, in order, with the price an hour. Reads only. */
import { readInventory } from "../aws/inventory.ts";
import { choosePlacement } from "../aws/placement.ts";
import { money } from "../lab/figures.ts";
import { hourlyPrice } from "../lab/prices.ts";
import { type Part, STEP_IDS, type StepId, stepOf } from "../lab/spec.ts";
import { STEPS } from "../steps/index.ts";
import { printJson } from "../ui/json.ts";
import { endpointPrice, isAwsItself } from "./endpoint.ts";
import { header } from "./header.ts";
import type { OpenLab } from "./open-lab.ts";
import type { Program } from "./program.ts";
import { round, stepStates } from "./standing.ts";

/** The parts of the lab in the order they are made. */
export const PARTS: readonly Part[] = [
  "instance-role",
  "instance-profile",
  "vpc-1",
  "subnet-1",
  "internet-gateway-1",
  "route-table-1",
  "vpc-2",
  "subnet-2",
  "internet-gateway-2",
  "route-table-2",
  "security-group-1",
  "security-group-2",
  "instance-1",
  "instance-2",
  "log-group",
  "flow-log-policy",
  "flow-log-role",
  "flow-log",
  "peering-connection",
];

/** @returns the exit code */
export async function showPlan(program: Program, lab: OpenLab, until: StepId | undefined): Promise<number> {
  const { terminal } = program;
  const [inventory, { instanceType, availabilityZone }] = await Promise.all([
    readInventory(lab.aws, lab.spec, { account: lab.place.account }),
    choosePlacement(lab.aws, lab.spec),
  ]);
  const last = until === undefined ? STEP_IDS.length : STEP_IDS.indexOf(until);
  const rows = PARTS.filter((part) => STEP_IDS.indexOf(stepOf(part)) <= last).map((part) => ({
    step: stepOf(part),
    part,
    name: lab.spec.nameOf(part, availabilityZone),
    exists: inventory.resources.some((resource) => resource.part === part),
  }));
  const instances = rows.filter(({ part }) => part === "instance-1" || part === "instance-2");
  const price = hourlyPrice(
    lab.place.region,
    instances.map(() => instanceType),
  );
  const perHour = isAwsItself(lab.place) ? price.total : 0;
  if (terminal.json) {
    printJson(terminal, { ...lab.place, make: rows, estimatedCostPerHour: round(perHour) });
    return 0;
  }
  header(terminal, lab);
  for (const step of STEPS) {
    const parts = rows.filter((row) => row.step === step.id);
    if (parts.length === 0) continue;
    terminal.out("");
    terminal.out(`${STEP_IDS.indexOf(step.id)}. ${step.title}`);
    for (const { name, part, exists } of parts)
      terminal.out(`   ${part.padEnd(20)} ${name}${exists ? "  (stands already)" : ""}`);
  }
  terminal.out("");
  if (lab.place.target === "simulator") terminal.out("On the embedded AWS all of this costs nothing.");
  else if (!isAwsItself(lab.place)) terminal.out(terminal.wrap(`It is for ${endpointPrice(lab.place)}.`));
  else if (instances.length === 0) terminal.out("Nothing of this has a price by the hour.");
  else {
    for (const item of price.items) terminal.out(`   ${item.text.padEnd(40)} ${money(item.perHour)} an hour`);
    const whose = price.isExact ? "" : " (reckoned at us-east-1's instance price)";
    terminal.out(`   about ${money(perHour)} an hour while it stands${whose}; logs cost by the gigabyte.`);
  }
  const isMissing = rows.some(({ exists }) => !exists);
  const isDone = stepStates(inventory, lab).every(
    ({ id, state }) => state === "done" || STEP_IDS.indexOf(id) > last,
  );
  const upAgain = `vpclab up${until === undefined ? "" : ` --until ${until}`}`;
  if (isMissing) terminal.out(`Nothing was made. To make it: ${upAgain}`);
  else if (!isDone) terminal.out(`All of it stands. For the steps that are not done: ${upAgain}`);
  else {
    terminal.out("All of it stands and its steps are done: there is nothing to make.");
    terminal.out(`  ${terminal.symbols.next} vpclab status      shows what stands`);
    terminal.out(`  ${terminal.symbols.next} vpclab teardown    takes everything down`);
  }
  return 0;
}
