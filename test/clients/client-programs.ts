/** The AWS clients of other makers on this machine, and running a script of docs/ with them. */
import { spawnSync } from "node:child_process";
import { type Run, runProgram } from "../cli/run-program.ts";

/** Undefined where there is none. */
export const awsCli: string | undefined = works("aws", "--version") ? "aws" : undefined;

/** A Python that has boto3; Debian's own has it where another comes first in PATH. */
export const pythonWithBoto3: string | undefined = ["python3", "/usr/bin/python3"].find((python) =>
  works(python, "-c", "import boto3"),
);

function works(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

export interface ScriptRun extends Run {
  /** The lines from the one that begins with `heading` to the next heading, without both. */
  section(heading: string): string[];
}

/** Runs it against an endpoint. */
export async function runScript(program: string, script: string, endpoint: string): Promise<ScriptRun> {
  const run = await runProgram(program, [script], {
    env: {
      // pyenv's `aws` and `python3` look there for their version.
      HOME: process.env.HOME,
      ENDPOINT: endpoint,
      PAUSE: "0.2",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "not-a-secret",
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    },
  });
  const lines = run.stdout.split("\n");
  return {
    ...run,
    section(heading) {
      const begin = lines.findIndex((line) => line.startsWith(heading));
      if (begin === -1) throw new Error(`no ${heading} in:\n${run.stdout}\n${run.stderr}`);
      const rest = lines.slice(begin + 1);
      const end = rest.findIndex((line) => /^(==|--) /.test(line));
      return rest.slice(0, end === -1 ? undefined : end).filter((line) => line !== "");
    },
  };
}
