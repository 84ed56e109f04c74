/** Every command that talks to AWS, with the options that make it say the most. */
import { doctor } from "../../src/commands/doctor.ts";
import { insights } from "../../src/commands/insights.ts";
import { logs } from "../../src/commands/logs.ts";
import { logsExplain } from "../../src/commands/logs-explain.ts";
import { logsReconcile } from "../../src/commands/logs-reconcile.ts";
import { ping } from "../../src/commands/ping.ts";
import type { GlobalOptions, Program } from "../../src/commands/program.ts";
import { status } from "../../src/commands/status.ts";
import { teardown } from "../../src/commands/teardown.ts";
import { traffic } from "../../src/commands/traffic.ts";
import { up } from "../../src/commands/up.ts";
import { why } from "../../src/commands/why.ts";

export type Command = (program: Program, options: GlobalOptions) => Promise<number>;

/** @param text what a learner pastes or types where a command takes free text */
export function everyCommand(text: string): Readonly<Record<string, Command>> {
  return {
    status: (program, options) => status(program, options),
    "status --all": (program, options) => status(program, { ...options, all: true }),
    doctor: (program, options) => doctor(program, options),
    "up --dry-run": (program, options) => up(program, { ...options, dryRun: true }),
    up: (program, options) => up(program, { ...options, yes: true, until: "log-group" }),
    ping: (program, options) => ping(program, "private", { ...options, count: "1" }),
    "ping <address>": (program, options) => ping(program, text, options),
    why: (program, options) => why(program, "private", options),
    traffic: (program, options) => traffic(program, { ...options, kinds: "ssh" }),
    logs: (program, options) => logs(program, options),
    "logs --raw": (program, options) => logs(program, { ...options, raw: true }),
    "logs --streams": (program, options) => logs(program, { ...options, streams: true }),
    "logs --from": (program, options) => logs(program, { ...options, from: text }),
    "logs explain": (program, options) => logsExplain(program, [text], options),
    "logs reconcile": (program, options) => logsReconcile(program, options),
    insights: (program, options) =>
      insights(program, undefined, { ...options, query: "fields @message, @logStream" }),
    "insights <name>": (program, options) => insights(program, text, options),
    "insights --csv": (program, options) =>
      insights(program, undefined, { ...options, query: "fields @message", csv: true }),
    "teardown --dry-run": (program, options) => teardown(program, { ...options, dryRun: true }),
    "teardown --include": (program, options) => teardown(program, { ...options, yes: true, include: [text] }),
    "teardown --all-regions --dry-run": (program, options) =>
      teardown(program, { ...options, allRegions: true, dryRun: true }),
  };
}
