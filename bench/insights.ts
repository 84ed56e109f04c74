/**
 * `npm run bench:insights`: a million flow-log records asked for the top 10 byte transfers, by the built program and by
 * awk, in turn, from the same file. Each figure stands beside its bound; one that is missed makes the exit code 1.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { goals, median, section } from "./report.ts";

const RECORDS = 1_000_000;
const ROUNDS = 5;
const STRANGERS = 20_000;
const INSIDERS = 8;

/** The same question as the named query's; sort and head have next to nothing to do. */
const BY_AWK =
  'awk \'{ sum[$4 " " $5] += $10 } END { for (pair in sum) printf "%.0f %s\\n", sum[pair], pair }\' "$1" | sort -rn | head -n 10';

interface Run {
  readonly seconds: number;
  /** Undefined where the system does not tell it as Linux does. */
  readonly megabytes: number | undefined;
  readonly stdout: string;
}

/** Numbers from 0 up to 1, the same at each run (a linear congruential generator with the constants of C11's example). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

/** Traffic between a few insiders and many strangers, of whom a few send most. */
async function writeRecords(path: string): Promise<void> {
  const random = seeded(20_260_105);
  const below = (bound: number) => Math.floor(random() * bound);
  const insiders = Array.from({ length: INSIDERS }, (_, n) => `10.${1 + (n % 2)}.${n}.${100 + n}`);
  const strangers = Array.from({ length: STRANGERS }, () =>
    [1 + below(223), below(256), below(256), 1 + below(254)].join("."),
  );
  const file = createWriteStream(path);
  let chunk = "";
  for (let n = 0; n < RECORDS; n++) {
    const insider = insiders[below(INSIDERS)] ?? "-";
    const stranger = strangers[Math.floor(random() ** 3 * STRANGERS)] ?? "-";
    const [from, to] = random() < 0.5 ? [insider, stranger] : [stranger, insider];
    const packets = 1 + below(40);
    const start = 1_767_600_000 + Math.floor(n / 20);
    const ports = random() < 0.5 ? `${1024 + below(64_000)} 443` : `443 ${1024 + below(64_000)}`;
    const verdict = random() < 0.8 ? "ACCEPT" : "REJECT";
    chunk +=
      `2 123456789012 eni-0a1b2c3d4e5f6071${below(10)} ${from} ${to} ${ports} 6 ${packets} ` +
      `${packets * (40 + below(1460))} ${start} ${start + 60} ${verdict} OK\n`;
    if (chunk.length < 1 << 20 && n < RECORDS - 1) continue;
    if (!file.write(chunk)) await once(file, "drain");
    chunk = "";
  }
  file.end();
  await once(file, "finish");
}

async function run(command: string, args: readonly string[]): Promise<Run> {
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let megabytes: number | undefined;
  const watch = setInterval(() => {
    megabytes = peakMegabytes(child.pid) ?? megabytes;
  }, 10);
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return { seconds: (performance.now() - begun) / 1000, megabytes, stdout };
}

/** The most memory that a process has had so far, as Linux keeps it. */
function peakMegabytes(pid: number | undefined): number | undefined {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

/** "bytes source destination" a line, of the program's JSON as of awk's own answer. */
function linesOf(json: string): string {
  const { rows } = JSON.parse(json) as {
    rows: { bytesTransferred: string; srcAddr: string; dstAddr: string }[];
  };
  return rows.map((row) => `${row.bytesTransferred} ${row.srcAddr} ${row.dstAddr}\n`).join("");
}

const folder = mkdtempSync(join(tmpdir(), "vpclab-bench-"));
try {
  const path = join(folder, "records.log");
  await writeRecords(path);
  const ours: Run[] = [];
  const awks: Run[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(
      await run(process.execPath, [
        "bin/vpclab.js",
        "insights",
        "top-10-byte-transfers",
        "--file",
        path,
        "--json",
      ]),
    );
    awks.push(await run("sh", ["-c", BY_AWK, "sh", path]));
  }
  const seconds = median(ours.map((each) => each.seconds));
  const awkSeconds = median(awks.map((each) => each.seconds));
  const told = ours.flatMap(({ megabytes }) => megabytes ?? []);
  const megabytes = told.length === 0 ? undefined : Math.max(...told);
  const agrees = ours.every((each, round) => linesOf(each.stdout) === awks[round]?.stdout);
  section(
    "Logs Insights over exported records",
    `${RECORDS} records, ${(statSync(path).size / 1e6).toFixed(0)} MB, are asked for the top 10 byte transfers, by the built program and by awk in turn; medians of ${ROUNDS} runs.`,
  );
  goals([
    { what: "the same answer as awk's", measured: agrees ? "yes" : "no", bound: "yes", isMet: agrees },
    {
      what: `time: ${seconds.toFixed(2)} s, start of the program included; awk ${awkSeconds.toFixed(2)} s`,
      measured: `${(seconds / awkSeconds).toFixed(2)} times awk's`,
      bound: "at most 2 times",
      isMet: seconds <= 2 * awkSeconds,
    },
    {
      what: "peak memory",
      measured: megabytes === undefined ? "not told by this system" : `${megabytes.toFixed(0)} MB`,
      bound: "under 300 MB",
      isMet: megabytes === undefined || megabytes < 300,
    },
  ]);
} finally {
  rmSync(folder, { recursive: true });
}
