/** The built program, interrupted: by Ctrl-C, by what closes a terminal or ends a process, and by those twice. */
import type { ChildProcess } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { freshHome } from "./vpclab.ts";

/** Sends the signals, each as soon as the program has said what comes before it. */
function when(...signals: readonly (readonly [said: RegExp, signal: NodeJS.Signals])[]) {
  return (process: ChildProcess) => {
    const waiting = [...signals];
    let [stdout, stderr] = ["", ""];
    const look = () => {
      while (waiting[0]?.[0].test(stdout + stderr)) process.kill(waiting.shift()?.[1]);
    };
    process.stdout?.on("data", (chunk) => {
      stdout += chunk;
      look();
    });
    process.stderr?.on("data", (chunk) => {
      stderr += chunk;
      look();
    });
  };
}

/** Bytes, on Linux: with more, a program waits for whoever reads. */
const PIPE_HOLDS = 64 * 1024;

// Slow enough to be caught while it waits.
const env = { VPCLAB_SIM_SPEED: "20" };

describe.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const)("up, by %s", (signal, code) => {
  const { vpclab } = freshHome();

  it(`says what stands, ends with ${code}, and goes on the next time`, async () => {
    const interrupted = await vpclab(["up", "--yes"], {
      env,
      during: when([/both instances run, and/, signal]),
    });
    expect(interrupted.code).toBe(code);
    expect(interrupted.stderr).toMatch(/Stopped\. \d+ resources of the lab stand by now/);
    expect(interrupted.stderr).toMatch(/→ vpclab up +goes on from here/);
    expect((await vpclab(["up", "--yes", "--until", "first-ping"])).code).toBe(0);
  });
});

describe("up whose output nobody reads any more", () => {
  const { vpclab } = freshHome();

  it("says what stands and ends with 141, as Ctrl-C would end it", async () => {
    const { code, stderr } = await vpclab(["up", "--yes"], {
      env,
      during: ({ stdout }) => stdout?.once("data", () => stdout.destroy()),
    });
    expect(stderr).toMatch(/Stopped\. .* of the lab stands?/);
    expect(stderr).not.toContain("Stopping");
    expect(code).toBe(141);
  });
});

describe("a long result whose reader has gone", () => {
  const { home, vpclab } = freshHome();

  beforeAll(async () => {
    expect((await vpclab(["up", "--yes"])).code).toBe(0);
    let length = 0;
    const { stdout } = await vpclab(["logs", "--follow", "--raw", "--since", "7d"], {
      during: (process) =>
        process.stdout?.on("data", (chunk) => {
          length += chunk.length;
          if (length > PIPE_HOLDS) process.kill("SIGINT");
        }),
    });
    await writeFile(join(home, "records.txt"), stdout);
  }, 60_000);

  it.each([
    ["logs"],
    ["logs --raw"],
    ["logs --json"],
    ["logs --follow --since 7d"],
    ["insights --csv --query", "fields @message | limit 10000"],
    ["insights --json --query", "fields @message | limit 10000"],
    ["insights --file records.txt --csv --query", "fields @message | limit 10000"],
  ])("ends %s with 141, without an error", async (command, ...query) => {
    const { code, stderr } = await vpclab([...command.split(" "), ...query], {
      cwd: home,
      during: ({ stdout }) => stdout?.destroy(),
    });
    expect(stderr).not.toMatch(/error|Stopping/);
    expect(code).toBe(141);
  });
});

describe("teardown, interrupted", () => {
  const { vpclab } = freshHome();

  it("says what stands still, and goes on the next time", async () => {
    expect((await vpclab(["up", "--yes", "--until", "instances"])).code).toBe(0);
    const interrupted = await vpclab(["teardown", "--yes"], {
      env,
      during: when([/instances terminate/, "SIGINT"]),
    });
    expect(interrupted.code).toBe(130);
    expect(interrupted.stderr).toMatch(/Stopped\. \d+ resources of the lab stand by now/);
    expect(interrupted.stderr).toMatch(/→ vpclab teardown +goes on from here/);
    expect((await vpclab(["teardown", "--yes"])).code).toBe(0);
  });
});

describe("vpclab, interrupted", () => {
  const { vpclab } = freshHome();

  it("ends with 130 also where only that ends it", async () => {
    const watch = await vpclab(["status", "--watch"], { during: when([/vpclab up/, "SIGINT"]) });
    expect([watch.code, watch.stderr]).toEqual([130, expect.stringContaining("Stopping")]);
    expect((await vpclab(["up", "--yes"])).code).toBe(0);
    const follow = await vpclab(["logs", "--follow"], { env, during: when([/ACCEPT/, "SIGINT"]) });
    expect([follow.code, follow.stderr]).toEqual([130, expect.stringContaining("Stopping")]);
  });

  it("ends at once by a second time, whatever call is in flight", async () => {
    // Takes each connection, and never says a word.
    const silent = createServer();
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    let interruptedAt = 0;
    const { code, stderr } = await vpclab(["status", "--no-simulate", "--endpoint-url", endpoint], {
      env: {
        AWS_REGION: "us-east-1",
        AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
        AWS_SECRET_ACCESS_KEY: "none",
      },
      during: (process) => {
        silent.once("connection", () => {
          interruptedAt = Date.now();
          process.kill("SIGINT");
        });
        when([/Stopping, once any call in flight has ended/, "SIGINT"])(process);
      },
    });
    silent.close();
    expect([code, stderr]).toEqual([130, expect.stringContaining("out at once")]);
    // Else the call's own bound would end it, after a minute.
    expect(Date.now() - interruptedAt).toBeLessThan(10_000);
  });
});
