/**
 * `npm run bench:lab`: how long `up --yes` takes to the private ping that answers, and `teardown --yes` to its end,
 * beside the shortest time in which AWS lets anybody do it, and the tutorial's way. Then a class in one account. All of
 * it in virtual time: the same on every machine.
 */
import { CALL_MS, LabAccount, type Learner, type Run } from "./lab-account.ts";
import { lessonTerms, sumOf, type Term, teardownBound, upBound } from "./lab-bound.ts";
import { countOf, kindOf, type LabCall } from "./lab-calls.ts";
import { serially } from "./lab-serial.ts";
import { type Goal, goals, median, section, table } from "./report.ts";

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1);
const CLASSES = [1, 10, 30] as const;
/** The goal, both ways. */
const MOST_TIMES = 1.05;

interface Measured {
  readonly run: Run;
  readonly bound: readonly Term[];
  readonly ratio: number;
}

interface Lab {
  readonly seed: number;
  readonly up: Measured;
  readonly down: Measured;
}

async function oneLab(seed: number): Promise<Lab> {
  const account = new LabAccount(seed);
  const lab = { seed, ...(await upAndDown(account.learner("nextwork"))) };
  account.close();
  return lab;
}

/** The same account, but the tutorial's way. It draws other waits, because it asks in another order. */
async function tutorialsWay(seed: number): Promise<Lab> {
  const account = new LabAccount(seed);
  const { up, upBound, down, downBound } = await serially(account);
  account.close();
  return { seed, up: measured(up, upBound), down: measured(down, downBound) };
}

async function upAndDown(learner: Learner): Promise<{ up: Measured; down: Measured }> {
  const up = await learner.up();
  const upMeasured = measured(up, await upBound(learner, up));
  const down = await learner.teardown();
  return { up: upMeasured, down: measured(down, await teardownBound(learner)) };
}

function measured(run: Run, bound: readonly Term[]): Measured {
  return { run, bound, ratio: run.tookMs / sumOf(bound) };
}

const seconds = (ms: number) => (ms / 1000).toFixed(1);
const times = (ratio: number) => ratio.toFixed(3);

function showRatios(labs: readonly Lab[]): void {
  const row = (
    name: string | number,
    of: (measured: readonly Measured[]) => readonly (string | number)[],
  ) => [name, ...of(labs.map(({ up }) => up)), ...of(labs.map(({ down }) => down))];
  const at = (index: number) => (all: readonly Measured[]) => {
    const one = all[index];
    return one ? [seconds(one.run.tookMs), seconds(sumOf(one.bound)), times(one.ratio)] : [];
  };
  table(
    ["Seed", "up, s", "bound, s", "ratio", "teardown, s", "bound, s", "ratio"],
    [
      ...labs.map(({ seed }, index) => row(seed, at(index))),
      row("median", (all) => ["", "", times(median(all.map(({ ratio }) => ratio)))]),
      row("worst", (all) => ["", "", times(Math.max(...all.map(({ ratio }) => ratio)))]),
    ],
  );
}

function showChain(heading: string, { bound }: Measured): void {
  console.log(`### ${heading}\n`);
  table(
    ["What", "ms", "Why it cannot be left out or done beside another"],
    [...bound.map(({ what, ms, why }) => [what, ms, why]), ["together", sumOf(bound), ""]],
  );
}

function showCalls({ up, down }: Lab): void {
  const kinds = [...new Set([...up.run.calls, ...down.run.calls].map(kindOf))].sort();
  const counts = (calls: readonly LabCall[], kind?: string) => {
    const { all, again } = countOf(
      kind === undefined ? calls : calls.filter((call) => kindOf(call) === kind),
    );
    return [all, again];
  };
  table(
    ["Calls", "up", "of them asked again", "teardown", "of them asked again"],
    [
      ...kinds.map((kind) => [kind, ...counts(up.run.calls, kind), ...counts(down.run.calls, kind)]),
      ["together", ...counts(up.run.calls), ...counts(down.run.calls)],
    ],
  );
}

interface Class {
  readonly size: number;
  readonly ups: readonly Measured[];
  readonly downs: readonly Measured[];
}

/** All begin at the same moment, in one account. */
async function classOf(size: number): Promise<Class> {
  const account = new LabAccount(1);
  const learners = Array.from({ length: size }, (_, index) => account.learner(`learner-${index + 1}`));
  const upRuns = await Promise.all(learners.map((learner) => learner.up()));
  const upBounds = await Promise.all(upRuns.map((run, index) => boundOf(learners[index], run)));
  const downRuns = await Promise.all(learners.map((learner) => learner.teardown()));
  const downBounds = await Promise.all(learners.map(teardownBound));
  account.close();
  return {
    size,
    ups: upRuns.map((run, index) => measured(run, upBounds[index] ?? [])),
    downs: downRuns.map((run, index) => measured(run, downBounds[index] ?? [])),
  };
}

function boundOf(learner: Learner | undefined, run: Run): Promise<readonly Term[]> {
  if (learner === undefined) throw new Error("There are as many runs as learners.");
  return upBound(learner, run);
}

/** EC2 lets RunInstances through 5 times at once and twice a second: how long the last of two a learner waits, in ms. */
function launchQueueMs(size: number): number {
  return Math.max(0, ((2 * size - 5) / 2) * 1000);
}

const slowest = (all: readonly Measured[]) => Math.max(...all.map(({ run }) => run.tookMs));
const longestBound = (all: readonly Measured[]) => Math.max(...all.map(({ bound }) => sumOf(bound)));
const callsOfEach = (all: readonly Measured[]) =>
  all.reduce((sum, { run }) => sum + countOf(run.calls).all, 0) / all.length;
const throttledOf = (all: readonly Measured[]) =>
  all.reduce((sum, { run }) => sum + countOf(run.calls).throttled, 0);

function showClasses(classes: readonly Class[]): void {
  const rows = (name: string, of: (one: Class) => readonly Measured[]) =>
    classes.map((one) => {
      const all = of(one);
      const took = all.map(({ run }) => run.tookMs);
      return [
        `${name}, ${one.size}`,
        seconds(Math.min(...took)),
        seconds(median(took)),
        seconds(slowest(all)),
        callsOfEach(all).toFixed(0),
        throttledOf(all),
      ];
    });
  table(
    ["Learners at once", "fastest, s", "median, s", "slowest, s", "calls each", "throttled in all"],
    [...rows("up", ({ ups }) => ups), ...rows("teardown", ({ downs }) => downs)],
  );
}

function ratioGoal(what: string, all: readonly Measured[]): Goal {
  const ratios = all.map(({ ratio }) => ratio);
  return {
    what: `${what}, against the bound: worst of ${all.length} seeds`,
    measured: `${times(Math.max(...ratios))} (median ${times(median(ratios))})`,
    bound: `at most ${MOST_TIMES}`,
    isMet: ratios.every((ratio) => ratio <= MOST_TIMES),
  };
}

function classGoals(classes: readonly Class[]): Goal[] {
  const [alone] = classes;
  const last = classes.at(-1);
  if (alone === undefined || last === undefined) return [];
  const most = (longestBound(last.ups) + launchQueueMs(last.size)) / 1000;
  const growth = (of: (one: Class) => readonly Measured[]) => callsOfEach(of(last)) / callsOfEach(of(alone));
  const [upGrowth, downGrowth] = [growth(({ ups }) => ups), growth(({ downs }) => downs)];
  return [
    {
      what: `${last.size} learners: the slowest up, where RunInstances alone makes the last wait ${seconds(launchQueueMs(last.size))} s`,
      measured: `${seconds(slowest(last.ups))} s`,
      bound: `at most ${(1.2 * most).toFixed(1)} s, 1.2 times the longest chain and that wait`,
      isMet: slowest(last.ups) <= 1200 * most,
    },
    {
      what: `calls of each of ${last.size} learners against one alone, up and teardown`,
      measured: `${upGrowth.toFixed(2)} and ${downGrowth.toFixed(2)} times`,
      bound: "at most 1.2 times",
      isMet: upGrowth <= 1.2 && downGrowth <= 1.2,
    },
  ];
}

section(
  "A lab, as fast as AWS allows",
  `\`up --yes\` from its start to the private ping that answers, and \`teardown --yes\`, in virtual time on the embedded AWS: ` +
    `its own latencies (10 to 30 s to boot, 20 to 60 s to register, 30 to 60 s to terminate and so on, drawn by seed), ${CALL_MS} ms a call, EC2's request-rate limits on. ` +
    "The bound is the longest chain of calls and waits of which none can be left out, with the very waits that were drawn.",
);
const labs: Lab[] = [];
for (const seed of SEEDS) labs.push(await oneLab(seed));
showRatios(labs);
const [first] = labs;
if (first === undefined) throw new Error("No lab was run.");
console.log(
  `In the bound is the lab's order: the first pings are seen before the peering is asked for. Were the peering made while the instances boot, and the public ping left out, ` +
    `seed ${first.seed} could be up ${seconds(sumOf(lessonTerms(first.up.bound)))} s sooner.\n`,
);
console.log(
  "The tutorial's way, really run: the same steps and calls, one call at a time, each step waited for before the next.\n",
);
const serial: Lab[] = [];
for (const seed of SEEDS.slice(0, 3)) serial.push(await tutorialsWay(seed));
showRatios(serial);
showChain("The bound of up, seed 1", first.up);
showChain("The bound of teardown, seed 1", first.down);
showCalls(first);
console.log(
  "Asked again: word for word as before, and answered then: the looks of a wait, and what two steps both read.\n",
);

section(
  "A class in one account",
  "As many learners as said run `up --yes` at the same moment, then `teardown --yes`, each a lab of a name of their own; quotas lifted, EC2's request-rate limits on. " +
    "How long a throttled call waits is chance, so these figures differ a little from run to run.",
);
const classes: Class[] = [];
for (const size of CLASSES) classes.push(await classOf(size));
showClasses(classes);
const all = labs.flatMap(({ up, down }) => [up, down]);
goals([
  ratioGoal(
    "up",
    labs.map(({ up }) => up),
  ),
  ratioGoal(
    "teardown",
    labs.map(({ down }) => down),
  ),
  {
    what: "calls of one lab that EC2 throttled",
    measured: `${throttledOf(all)} of ${all.reduce((sum, { run }) => sum + run.calls.length, 0)}`,
    bound: "none",
    isMet: throttledOf(all) === 0,
  },
  ...classGoals(classes),
]);
