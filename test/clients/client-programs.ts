/** The AWS clients of other makers on this machine, and running a script of docs/ with them. */
import { spawn, spawnSync } from "node:child_process";

/** Undefined where there is none. */
export const awsCli: string | undefined = works("aws", "--version") ? "aws" : undefined;

/** A Python that has boto3; Debian's own has it where another comes first in PATH. */
export const pythonWithBoto3: string | undefined = ["python3", "/usr/bin/python3"].find((python) =>
  works(python, "-c", "import boto3"),
);

function works(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

export interface ScriptRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The lines from the one that begins with `heading` to the next heading, without both. */
  section(heading: string): string[];
}

/** Runs it against an endpoint, with no AWS account in reach. */
export function runScript(program: string, script: string, endpoint: string): Promise<ScriptRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [script], {
      env: {
        PATH: process.env.PATH,
        // pyenv's `aws` and `python3` look there for their version.
        HOME: process.env.HOME,
        LANG: "C.UTF-8",
        ENDPOINT: endpoint,
        PAUSE: "0.2",
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY: "not-a-secret",
        AWS_DEFAULT_REGION: "us-east-1",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_EC2_METADATA_DISABLED: "true",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code) => {
      const lines = stdout.split("\n");
      resolve({
        code,
        stdout,
        stderr,
        section(heading) {
          const begin = lines.findIndex((line) => line.startsWith(heading));
          if (begin === -1) throw new Error(`no ${heading} in:\n${stdout}\n${stderr}`);
          const rest = lines.slice(begin + 1);
          const end = rest.findIndex((line) => /^(==|--) /.test(line));
          return rest.slice(0, end === -1 ? undefined : end).filter((line) => line !== "");
        },
      });
    });
  });
}
