/**
 * `npm run bench:simulator`: the embedded AWS as its users have it, the built program in a process of its own, asked
 * over HTTP. Each figure stands beside its bound; one that is missed makes the exit code 1.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { type Goal, goals, median, section } from "./report.ts";

const IN_FLIGHT = 16;

interface Server {
  readonly endpoint: URL;
  readonly pid: number;
  /** From the start of the process to the answer of the first request, in ms. */
  readonly startMs: number;
  end(): Promise<void>;
}

async function start(...args: string[]): Promise<Server> {
  const begun = performance.now();
  const child: ChildProcess = spawn(
    process.execPath,
    ["bin/vpclab.js", "simulator", "--memory", "--port", "0", "--json", ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk) => resolve(String(chunk)));
    child.once("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
  const { endpoint, pid } = JSON.parse(line) as { endpoint: string; pid: number };
  const url = new URL(endpoint);
  await call(url, "DescribeVpcs");
  const startMs = performance.now() - begun;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    endpoint: url,
    pid,
    startMs,
    end() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Keeps its connections, as the SDK's clients do. */
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });

/** A bare request: what an SDK client costs is not the server's. @returns the answer's body */
function call(endpoint: URL, action: string, parameters: Record<string, string> = {}): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...parameters }).toString();
  return new Promise((resolve, reject) => {
    const outgoing = request(
      endpoint,
      {
        method: "POST",
        agent,
        headers: {
          "content-type": "application/x-www-form-urlencoded; charset=utf-8",
          "content-length": Buffer.byteLength(body),
          authorization:
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260105/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=0",
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(text));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Calls one after another in `lanes` lanes until so many are done. @returns calls a second */
async function rate(calls: number, lanes: number, one: (index: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const lane = async () => {
    while (next < calls) await one(next++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (calls / (performance.now() - begun)) * 1000;
}

/** Of another process, in MB; undefined where the system does not tell it as Linux does. */
function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

async function startTime(): Promise<Goal> {
  const times: number[] = [];
  for (let run = 0; run < 5; run++) {
    const server = await start();
    times.push(server.startMs);
    await server.end();
  }
  const ms = median(times);
  return {
    what: "start to first answer (median of 5)",
    measured: `${ms.toFixed(0)} ms`,
    bound: "under 300 ms",
    isMet: ms < 300,
  };
}

async function describeRate(): Promise<Goal> {
  const server = await start();
  const describe = () => call(server.endpoint, "DescribeVpcs");
  await rate(2_000, IN_FLIGHT, describe);
  const perSecond = median([
    await rate(5_000, IN_FLIGHT, describe),
    await rate(5_000, IN_FLIGHT, describe),
    await rate(5_000, IN_FLIGHT, describe),
  ]);
  await server.end();
  return {
    what: `DescribeVpcs, ${IN_FLIGHT} in flight`,
    measured: `${perSecond.toFixed(0)} a second`,
    bound: "at least 1500 a second",
    isMet: perSecond >= 1_500,
  };
}

/** VPCs in the world that answers are measured in, beside the default one. */
const SIZES = [10, 100, 1_000] as const;

async function growth(): Promise<Goal[]> {
  const server = await start("--quota", "vpcs=2000");
  const create = (index: number) =>
    call(server.endpoint, "CreateVpc", { CidrBlock: `10.${index % 256}.0.0/16` });
  const points: { vpcs: number; bytes: number; ms: number; createMs: number }[] = [];
  let made = 0;
  for (const vpcs of SIZES) {
    const createPerSecond = await rate(vpcs - made, 1, create);
    made = vpcs;
    const describe = () => call(server.endpoint, "DescribeVpcs");
    const { length: bytes } = await describe();
    const calls = Math.max(30, 3_000 / vpcs);
    await rate(calls, 1, describe);
    const perSecond = median([
      await rate(calls, 1, describe),
      await rate(calls, 1, describe),
      await rate(calls, 1, describe),
    ]);
    points.push({ vpcs, bytes, ms: 1000 / perSecond, createMs: 1000 / createPerSecond });
  }
  const megabytes = residentMegabytes(server.pid);
  await server.end();
  const figures: Goal[] = points.slice(1).map((point, index) => {
    const before = points[index] ?? point;
    const [time, size] = [point.ms / before.ms, point.bytes / before.bytes];
    return {
      what: `DescribeVpcs of ${point.vpcs} VPCs against ${before.vpcs}: ${point.ms.toFixed(2)} ms against ${before.ms.toFixed(2)} ms`,
      measured: `${time.toFixed(1)} times the time`,
      bound: `at most ${size.toFixed(1)} times, as the answer`,
      isMet: time <= size,
    };
  });
  const last = points.at(-1);
  figures.push({
    what: "CreateVpc between 100 and 1000 VPCs",
    measured: `${last?.createMs.toFixed(2)} ms`,
    // Every change saves the world as a whole.
    bound: "(no bound)",
    isMet: true,
  });
  figures.push({
    what: "memory with 1000 VPCs",
    measured: megabytes === undefined ? "not told by this system" : `${megabytes.toFixed(0)} MB`,
    bound: "under 150 MB",
    isMet: megabytes === undefined || megabytes < 150,
  });
  return figures;
}

section("The embedded AWS over HTTP", "`vpclab simulator`, a process of its own, is asked by bare requests.");
goals([await startTime(), await describeRate(), ...(await growth())]);
agent.destroy();
