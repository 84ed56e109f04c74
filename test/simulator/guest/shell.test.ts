import { describe, expect, it } from "vitest";
import { parseScript } from "../../../src/simulator/guest/shell.ts";
import { runScript } from "./scripted-machine.ts";

const onceOnly = (n: number) => (n === 0 ? { rttMicroseconds: 400, ttl: 127 } : undefined);

describe("the guest's shell", () => {
  it("says command not found, 127, and goes on", () => {
    const run = runScript("nosuch --flag\nping -c 1 10.2.9.80");
    expect(run.stderr).toBe("sh: line 1: nosuch: command not found\n");
    expect(run.sent).toHaveLength(1);
    expect(run.status).toBe(0);
    expect(runScript("ping -c 1 10.2.9.80; nosuch").status).toBe(127);
  });

  it("runs what follows && only after a success, and what follows || only after a failure", () => {
    expect(runScript("ping -c 1 10.2.9.80 && ping -c 1 10.2.9.81", onceOnly).sent).toHaveLength(2);
    expect(runScript("ping -c 1 10.2.9.80 || ping -c 1 10.2.9.81", onceOnly).sent).toHaveLength(1);
    expect(runScript("nosuch && ping -c 1 10.2.9.80").sent).toHaveLength(0);
    expect(runScript("nosuch && nosuch || ping -c 1 10.2.9.80").sent).toHaveLength(1);
  });

  it("takes quotes, continued lines and comments as sh does", () => {
    const script = `ping -c 'a b' "c;d"e \\\n f # not this\n`;
    expect(parseScript(script).commands).toEqual([
      { words: ["ping", "-c", "a b", "c;de", "f"], when: "always" },
    ]);
  });

  it.each([
    "ping $(reboot)",
    "ping 1.1.1.1 | cat",
    "ping 1.1.1.1 > /tmp/x",
    "ping `id`",
    "ping $HOME",
    "ping &",
  ])("refuses `%s` instead of guessing, and sends nothing", (script) => {
    const run = runScript(script);
    expect(run).toMatchObject({ status: 2, sent: [], stdout: "" });
    expect(run.stderr).toContain("not modelled by the shell of vpclab's embedded AWS");
  });

  it("has nothing to say about an empty script", () => {
    expect(runScript("\n# nothing\n")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });
});
