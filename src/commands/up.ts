/** `vpclab up`: walks the lab, step by step, from wherever it stands. */
import { type Inventory, readInventory } from "../aws/inventory.ts";
import { EXIT, Interrupted, LabError, usageError } from "../lab/error.ts";
import { money, plural } from "../lab/figures.ts";
import type { RememberedLab } from "../lab/memory.ts";
import type { Finding } from "../lab/narrator.ts";
import { hourlyPrice } from "../lab/prices.ts";
import { DEFAULT_OPTIONS, type Part, STEP_IDS, type StepId, stepOf } from "../lab/spec.ts";
import type { LabContext, Step } from "../steps/step.ts";
import { walkUp } from "../steps/walk.ts";
import { printJson } from "../ui/json.ts";
import { CANCELLED, choose, confirm } from "../ui/prompt.ts";
import { plain } from "../ui/text.ts";
import { endpointPrice, isAwsItself } from "./endpoint.ts";
import { embeddedBanner, header } from "./header.ts";
import { whatStands } from "./interruption.ts";
import { showByHand, showConcepts, showStep } from "./lesson.ts";
import { StoppedHere, silentNarrator, terminalNarrator } from "./narrate.ts";
import { type OpenLab, openLab, simulatorSpeed } from "./open-lab.ts";
import { type LabFlags, stepName, vpcQuota } from "./options.ts";
import { PARTS, showPlan } from "./plan.ts";
import { preflight } from "./preflight.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { costPerHour, placeJson, priceInWords, stepStates } from "./standing.ts";

export interface UpOptions extends GlobalOptions, LabFlags {
  readonly yes?: boolean;
  readonly until?: string;
  readonly dryRun?: boolean;
  readonly vpcQuota?: string;
}

/** @returns the exit code */
export async function up(program: Program, options: UpOptions): Promise<number> {
  const until = options.until === undefined ? undefined : stepName(options.until);
  const quota = vpcQuota(options.vpcQuota);
  const { terminal } = program;
  const asks = terminal.isInteractive && !options.json && !options.yes;
  const lab = await openLab(program, options, {
    flags: options,
    ...(!options.dryRun && { vpcQuota: quota }),
    beforeCalls: (target) => {
      // On the embedded AWS nothing costs or breaks: nobody being here counts as a yes.
      if (target === "aws" && !asks && !options.yes && !options.dryRun)
        throw usageError(
          "This would make things that may be billed, and nobody is here to say yes.",
          "Say it by flag: vpclab up --yes. To see first what would be made: vpclab up --dry-run.",
        );
    },
  });
  try {
    if (options.dryRun) return await showPlan(program, lab, until);
    if (!options.json) header(terminal, lab);
    if (!options.json && lab.place.target === "simulator")
      embeddedBanner(terminal, simulatorSpeed(program.env));
    // Whether it is needed shows at once; where the account is not ready, what stands does not matter.
    const standing = lab.place.target === "aws" && !options.json ? readStanding(lab) : undefined;
    standing?.catch(() => undefined);
    const { ingredients, warnings } = await preflight(lab, quota);
    for (const warning of warnings)
      terminal.say(terminal.wrap(`${terminal.symbols.warning} warning: ${plain(warning)}`));
    if (lab.place.target === "aws") {
      const stands = await standing;
      const makes =
        stands === undefined || announce(program, lab, stands, ingredients.instanceType ?? "", until);
      if (asks && !(await agreed(program, makes))) return EXIT.failed;
    }
    const remembered = rememberUp(lab);

    const findings: Finding[] = [];
    const narrator = options.json
      ? silentNarrator(findings)
      : terminalNarrator({ terminal, clock: lab.aws.clock, signal: program.signal, asks });
    const context: LabContext = {
      spec: lab.spec,
      aws: lab.aws,
      journal: lab.journal,
      narrator,
      prepared: { account: lab.place.account, ...ingredients },
    };
    try {
      const stoppedBefore = await walkUp(context, {
        ...(until !== undefined && { until }),
        beforeStep: (step) => beforeStep(program, lab, step, { asks, quiet: options.json === true }),
      });
      if (options.json) return await printUp(program, lab, findings);
      await closing(program, lab, stoppedBefore !== undefined);
    } catch (error) {
      if (error instanceof StoppedHere) await closing(program, lab, true);
      else {
        // What was refused is not what the lab is: the next `up` goes on with what it was asked for before.
        if (error instanceof LabError && error.code === "cidr-differs")
          lab.memory.remember(lab.remembered ?? withTutorialCidrs(remembered));
        await whatStands(program, lab, error, [
          "vpclab up          goes on from here",
          "vpclab teardown    takes everything down",
        ]);
        throw error;
      }
    }
    return 0;
  } finally {
    lab.close();
  }
}

function readStanding({ aws, spec, place }: OpenLab): Promise<Inventory> {
  return readInventory(aws, spec, { account: place.account });
}

/**
 * What is still to be made, the price of the whole an hour, and when it ends by itself: said before anything is made.
 * @returns whether anything is
 */
function announce(
  { terminal }: Program,
  { place, spec }: OpenLab,
  { resources }: Inventory,
  instanceType: string,
  until: StepId | undefined,
): boolean {
  const reaches = (step: StepId) => until === undefined || STEP_IDS.indexOf(step) <= STEP_IDS.indexOf(until);
  const asked = PARTS.filter((part) => reaches(stepOf(part)));
  const missing = asked.filter((part) => !resources.some((resource) => resource.part === part));
  const stand = `${plural(resources.length, "resource")} ${resources.length === 1 ? "stands" : "stand"} already`;
  terminal.say("");
  if (missing.length === 0) {
    terminal.say(terminal.wrap(`${stand}: nothing new is made. \`vpclab teardown\` removes all of it.`));
    return false;
  }
  const kinds: readonly (readonly [what: string, ...parts: Part[]])[] = [
    ["VPC", "vpc-1", "vpc-2"],
    [`${instanceType} instance`, "instance-1", "instance-2"],
    ["log group", "log-group"],
    ["flow log", "flow-log"],
    ["peering connection", "peering-connection"],
    ["role", "instance-role", "flow-log-role"],
  ];
  const counted = kinds.flatMap(([what, ...parts]) => {
    const count = parts.filter((part) => missing.includes(part)).length;
    return count === 0 ? [] : plural(count, what);
  });
  // What belongs to these goes without saying, unless there is nothing else.
  const list = (counted.length > 0 ? counted : missing).join(", ");
  const { total } = hourlyPrice(place.region, [instanceType, instanceType]);
  const price = !isAwsItself(place)
    ? `It is made at ${endpointPrice(place)}.`
    : reaches("instances")
      ? `Price while it stands: about ${money(total)} an hour (${money(total * 24)} a day).`
      : "None of it has a price by the hour.";
  const hours =
    spec.hours === undefined
      ? "Instances run until you take them down (--hours never)."
      : `Instances power off and are gone ${plural(spec.hours, "hour")} after they are started (--hours), should you forget them.`;
  const startsInstances = missing.includes("instance-1") || missing.includes("instance-2");
  terminal.say(
    terminal.wrap(
      `This makes ${list}${resources.length === 0 ? "" : `; ${stand}`}. ${price} ${startsInstances ? `${hours} ` : ""}\`vpclab teardown\` removes all of it.`,
    ),
  );
  return true;
}

async function agreed({ terminal, signal }: Program, makes: boolean): Promise<boolean> {
  const answer = await confirm(terminal, { message: makes ? "Make it now?" : "Go on now?", signal });
  if (answer !== true) terminal.say("Nothing was made.");
  if (answer === CANCELLED) throw new Interrupted();
  return answer;
}

/** Step by step: the lesson, then the learner's choice. Without anybody to ask, the lesson alone. */
async function beforeStep(
  program: Program,
  lab: OpenLab,
  step: Step,
  { asks, quiet }: { asks: boolean; quiet: boolean },
): Promise<"go" | "stop"> {
  if (quiet) return "go";
  const { terminal } = program;
  showStep(terminal, step, STEP_IDS.indexOf(step.id), STEP_IDS.length - 1);
  if (!asks || step.id === "prepare") return "go";
  for (;;) {
    const answer = await choose(terminal, {
      message: "What now?",
      choices: [
        { value: "go", label: "Go on" },
        { value: "more", label: "Explain more" },
        { value: "hand", label: "The same by AWS CLI and console" },
        { value: "stop", label: "Stop here" },
      ],
      signal: program.signal,
    });
    if (answer === CANCELLED) throw new Interrupted();
    if (answer === "go" || answer === "stop") return answer;
    if (answer === "more") showConcepts(terminal, step);
    else showByHand(terminal, step, lab);
  }
}

/** @returns what is remembered from now on */
function rememberUp(lab: OpenLab): RememberedLab {
  const { spec } = lab;
  if (!lab.remembered) lab.memory.closeJournal(lab.place);
  const remembered: RememberedLab = {
    ...lab.place,
    upAt: Date.now(),
    standsSince: lab.remembered?.standsSince ?? lab.aws.clock.now(),
    options: {
      cidr1: spec.cidr1,
      cidr2: spec.cidr2,
      trafficType: spec.trafficType,
      aggregationSeconds: spec.aggregationSeconds,
      retentionDays: spec.retentionDays,
      instanceType: spec.instanceType,
      sshFrom: spec.sshFrom,
      hours: spec.hours,
      leastPrivilege: spec.leastPrivilege,
    },
  };
  lab.memory.remember(remembered);
  return remembered;
}

/** Of a lab that another machine made: where it is holds, with which CIDR blocks it was to be does not. */
function withTutorialCidrs({ options, ...rest }: RememberedLab): RememberedLab {
  const { cidr1, cidr2 } = DEFAULT_OPTIONS;
  return { ...rest, options: { ...options, cidr1, cidr2 } };
}

/** What stands, what it costs, and the next sensible command. */
async function closing(program: Program, lab: OpenLab, stopped: boolean): Promise<void> {
  const { terminal } = program;
  const inventory = await readInventory(lab.aws, lab.spec, { account: lab.place.account });
  const states = stepStates(inventory, lab);
  const done = states.filter(({ state }) => state === "done").length;
  terminal.out("");
  const count = inventory.resources.length;
  const stand = `${plural(count, "resource")} ${count === 1 ? "stands" : "stand"}`;
  const price = priceInWords(lab.place, costPerHour(lab.place, inventory));
  terminal.out(terminal.wrap(`${done} of ${states.length} steps are done; ${stand}, ${price}.`));
  const next =
    stopped || done < states.length
      ? ["vpclab up          goes on from here"]
      : [
          "vpclab why         follows the ping, hop by hop",
          "vpclab insights    has more questions about the log",
        ];
  for (const line of [
    ...next,
    "vpclab status      shows what stands",
    "vpclab teardown    takes everything down",
  ])
    terminal.out(`  ${terminal.symbols.next} ${line}`);
}

async function printUp(program: Program, lab: OpenLab, findings: readonly Finding[]): Promise<number> {
  const inventory = await readInventory(lab.aws, lab.spec, { account: lab.place.account });
  printJson(program.terminal, {
    ...placeJson(lab.place),
    steps: stepStates(inventory, lab),
    resources: inventory.resources,
    findings,
  });
  return 0;
}
