import { describe, expect, it } from "vitest";
import { parseScript } from "../../../src/simulator/guest/script.ts";
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
    expect(parseScript(script).commands).toMatchObject([
      { words: ["ping", "-c", "a b", "c;de", "f"], line: 1 },
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

  it("sends streams where they are redirected", () => {
    expect(runScript("nosuch 2>&1")).toMatchObject({
      stdout: "sh: line 1: nosuch: command not found\n",
      stderr: "",
    });
    expect(runScript("echo lost >/dev/null; echo kept 1>&2")).toMatchObject({ stdout: "", stderr: "kept\n" });
    expect(runScript("nosuch >/dev/null 2>&1")).toMatchObject({ stdout: "", stderr: "", status: 127 });
    expect(runScript("nosuch &> /dev/null || echo no")).toMatchObject({ stdout: "no\n", stderr: "" });
  });

  it("has a few small programs", () => {
    expect(runScript('echo "Hello,  world"; echo -n a b')).toMatchObject({
      stdout: "Hello,  world\na b",
      status: 0,
    });
    expect(runScript("true && hostname; false || hostname -I")).toMatchObject({
      stdout: "ip-10-1-4-12.ec2.internal\n10.1.4.12 \n",
    });
    expect(runScript("sleep 90s\nsleep 0.5").ms).toBe(90_500);
    expect(runScript("sleep soon")).toMatchObject({
      status: 1,
      stderr: "sleep: invalid time interval ‘soon’\n",
    });
    expect(runScript("false").status).toBe(1);
  });

  it("has nothing to say about an empty script", () => {
    expect(runScript("\n# nothing\n")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });
});
