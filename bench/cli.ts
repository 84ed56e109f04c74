/** `npm run bench:cli`: how long a command takes from start to end, against a program of Node's that does nothing. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Goal, goals, median, section, table } from "./report.ts";

const ROUNDS = 21;
/** Until the files are in memory, and the compiled code is kept. Not counted. */
const WARM_UP_ROUNDS = 3;

interface Program {
  readonly name: string;
  readonly args: readonly string[];
  /** At most so many times as long as bare Node; undefined: no goal. */
  readonly atMost?: number;
  /** What it has to say, or it is not what was to be measured. */
  readonly says: RegExp;
  /** Run in a copy of the program that keeps no compiled code. */
  readonly isFirst?: boolean;
}

const VPCLAB = "bin/vpclab.js";
const BARE: Program = { name: "node -e 0", args: ["-e", "0"], says: /^$/ };
const OURS: readonly Program[] = [
  { name: "vpclab --version", args: [VPCLAB, "--version"], atMost: 1.5, says: /^\d+\.\d+\.\d+$/m },
  { name: "vpclab --help", args: [VPCLAB, "--help"], atMost: 1.5, says: /Usage: vpclab/ },
  { name: "vpclab status", args: [VPCLAB, "status"], atMost: 5, says: /7 of 7 steps done/ },
  { name: "vpclab why", args: [VPCLAB, "why"], says: /10\.2\.\d+\.\d+/ },
  { name: "vpclab status, started first", args: [VPCLAB, "status"], says: /7 of 7/, isFirst: true },
];

/**
 * The caller's environment, as a shell gives it, but for AWS and the lab: those are the bench's own. Nor what makes every
 * Node slower, ours and the bare one: with NODE_EXTRA_CA_CERTS Node reads certificates at each start, and the ratio flatters.
 */
function environment(home: string): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(
    ([name]) => !/^((AWS|VPCLAB)_|NODE_EXTRA_CA_CERTS$|NODE_OPTIONS$)/.test(name),
  );
  return {
    ...Object.fromEntries(others),
    VPCLAB_HOME: join(home, "vpclab"),
    AWS_CONFIG_FILE: join(home, "no-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(home, "no-credentials"),
  };
}

/**
 * @param folder has copies of the program, which have been started by the bench alone
 * @returns the wall time of the whole process, in ms
 */
function run({ name, args, says, isFirst }: Program, env: NodeJS.ProcessEnv, folder: string): number {
  const cwd = join(folder, isFirst ? "first" : "again");
  if (isFirst) rmSync(join(cwd, "dist/code-cache"), { recursive: true, force: true });
  const begun = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, cwd, encoding: "utf8" });
  const ms = performance.now() - begun;
  if (status !== 0 || !says.test(stdout)) throw new Error(`${name} ended with ${status}: ${stdout}${stderr}`);
  return ms;
}

function measure(): ReadonlyMap<Program, readonly number[]> {
  const home = mkdtempSync(join(tmpdir(), "vpclab-bench-"));
  const env = environment(home);
  for (const copy of ["first", "again"])
    for (const name of ["bin", "dist"]) cpSync(name, join(home, copy, name), { recursive: true });
  rmSync(join(home, "again/dist/code-cache"), { recursive: true, force: true });
  const times = new Map<Program, number[]>([BARE, ...OURS].map((program) => [program, []]));
  try {
    const up = { name: "vpclab up", args: [VPCLAB, "up", "--simulate", "--yes"], says: /./ };
    run(up, { ...env, VPCLAB_SIM_SPEED: "virtual" }, home);
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++)
      for (const [program, all] of times) {
        const ms = run(program, env, home);
        if (round >= 0) all.push(ms);
      }
  } finally {
    rmSync(home, { recursive: true });
  }
  return times;
}

const times = measure();
const bare = median(times.get(BARE) ?? []);
const ratioOf = (program: Program) => median(times.get(program) ?? []) / bare;

section(
  "The command line",
  `Whole processes from start to end, in turn in ${ROUNDS} rounds. \`status\` and \`why\` ask the embedded AWS, on which all ` +
    "of the lab stands. What was compiled at one start is kept for the next; the last line starts without.",
);
table(
  ["Program", "Median, ms", "Fastest", "Slowest", "Times bare Node"],
  [...times].map(([program, all]) => [
    `\`${program.name}\``,
    median(all).toFixed(0),
    Math.min(...all).toFixed(0),
    Math.max(...all).toFixed(0),
    ratioOf(program).toFixed(2),
  ]),
);
goals(
  OURS.flatMap((program): Goal[] => {
    const { name, atMost } = program;
    if (atMost === undefined) return [];
    const ratio = ratioOf(program);
    return [
      {
        what: `\`${name}\` is as quick as a shell command`,
        measured: `${ratio.toFixed(2)} times bare Node`,
        bound: `at most ${atMost} times`,
        isMet: ratio <= atMost,
      },
    ];
  }),
);
