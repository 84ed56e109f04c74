/**
 * `npm run bench`: runs every `bench:…` of package.json, one after the other, and writes what they print into
 * bench/RESULTS.md, with the machine and the day. The exit code is 1 if one of them has missed a goal or failed.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { text } from "node:stream/consumers";

const RESULTS = "bench/RESULTS.md";

interface Ran {
  readonly name: string;
  readonly code: number | null;
  readonly stdout: string;
}

async function run(name: string): Promise<Ran> {
  console.error(`${name} …`);
  // As npm itself was started: on Windows it is no program that could be spawned.
  const npm = process.env.npm_execpath;
  const [command, args] = npm === undefined ? ["npm", []] : [process.execPath, [npm]];
  const child = spawn(command, [...args, "run", "--silent", name], { stdio: ["ignore", "pipe", "inherit"] });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  return { name, code, stdout };
}

function machine(): string {
  const [cpu] = cpus();
  const memory = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} × ${cpu?.model.trim() ?? "unknown processor"}, ${memory} GB, ${type()} ${release()}, Node ${process.version}`;
}

function sectionOf({ name, code, stdout }: Ran): string {
  const missed = code === 0 ? "" : `\n\n**\`npm run ${name}\` ended with ${code}.**`;
  return `${stdout.trim() || `## ${name}\n\nIt printed nothing.`}${missed}`;
}

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const ran: Ran[] = [];
for (const name of Object.keys(scripts).filter((each) => each.startsWith("bench:")))
  ran.push(await run(name));

const day = new Date().toISOString().slice(0, 10);
writeFileSync(
  RESULTS,
  `${["# Results of the benches", `\`npm run bench\` wrote this on ${day}: ${machine()}.`, ...ran.map(sectionOf)].join("\n\n")}\n`,
);
console.error(`They are in ${RESULTS}.`);
if (ran.some(({ code }) => code !== 0)) process.exitCode = 1;
