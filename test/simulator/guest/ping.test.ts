import { describe, expect, it } from "vitest";
import { runScript } from "./scripted-machine.ts";

const noReply = () => undefined;

describe("ping in the guest", () => {
  it("prints header, replies, statistics and round-trip times as iputils does", () => {
    const rtts = [431, 389, 402, 1_234, 12_345];
    const run = runScript("ping -c 5 10.2.9.80", (n) => ({ rttMicroseconds: rtts[n] ?? 0, ttl: 127 }));
    expect(run.stdout).toBe(
      [
        "PING 10.2.9.80 (10.2.9.80) 56(84) bytes of data.",
        "64 bytes from 10.2.9.80: icmp_seq=1 ttl=127 time=0.431 ms",
        "64 bytes from 10.2.9.80: icmp_seq=2 ttl=127 time=0.389 ms",
        "64 bytes from 10.2.9.80: icmp_seq=3 ttl=127 time=0.402 ms",
        "64 bytes from 10.2.9.80: icmp_seq=4 ttl=127 time=1.23 ms",
        "64 bytes from 10.2.9.80: icmp_seq=5 ttl=127 time=12.3 ms",
        "",
        "--- 10.2.9.80 ping statistics ---",
        "5 packets transmitted, 5 received, 0% packet loss, time 4000ms",
        "rtt min/avg/max/mdev = 0.389/2.960/12.345/4.703 ms",
        "",
      ].join("\n"),
    );
    expect(run).toMatchObject({ stderr: "", status: 0, ms: 4000 });
    expect(run.sent.map(({ bytes }) => bytes)).toEqual([84, 84, 84, 84, 84]);
  });

  it("says 100% packet loss and exits 1 ten seconds after the last request", () => {
    const run = runScript("ping -c 5 10.2.9.80", noReply);
    expect(run.stdout).toBe(
      [
        "PING 10.2.9.80 (10.2.9.80) 56(84) bytes of data.",
        "",
        "--- 10.2.9.80 ping statistics ---",
        "5 packets transmitted, 0 received, 100% packet loss, time 4032ms",
        "",
        "",
      ].join("\n"),
    );
    expect(run.status).toBe(1);
    expect(run.ms).toBe(4032 + 10_000);
  });

  it("waits -W seconds for the last reply", () => {
    expect(runScript("ping -c 1 -W 2 10.2.9.80", noReply).ms).toBe(2_000);
  });

  it("counts a reply that stays out among others, and still exits 0", () => {
    const run = runScript("ping -c 3 10.2.9.80", (n) =>
      n === 1 ? undefined : { rttMicroseconds: 400, ttl: 127 },
    );
    expect(run.stdout).toContain("3 packets transmitted, 2 received, 33.3333% packet loss");
    expect(run.stdout).not.toContain("icmp_seq=2");
    expect(run.status).toBe(0);
  });

  it("sends at the interval of -i, and one line only with -q", () => {
    const run = runScript("ping -q -n -c3 -i 0.2 10.2.9.80");
    expect(run.sent.map(({ at }) => at)).toEqual([0, 200, 400]);
    expect(run.stdout).not.toContain("icmp_seq");
    expect(run.stdout).toContain("3 packets transmitted, 3 received, 0% packet loss, time 400ms");
  });

  it("ends at the deadline of -w, with exit 1 if fewer than -c replies came", () => {
    const run = runScript("ping -w 3 -c 5 10.2.9.80");
    expect(run.ms).toBe(3_000);
    expect(run.stdout).toContain("3 packets transmitted, 3 received, 0% packet loss, time 3000ms");
    expect(run.status).toBe(1);
    expect(runScript("ping -w 3 10.2.9.80").status).toBe(0);
  });

  it.each([
    ["ping", "ping: usage error: Destination address required", 1],
    [
      "ping -c 0 10.2.9.80",
      "ping: invalid argument: '0': out of range: 1 <= value <= 9223372036854775807",
      1,
    ],
    ["ping -c five 10.2.9.80", "ping: invalid argument: 'five'", 1],
    ["ping -c 1 no.such.host", "ping: no.such.host: Name or service not known", 2],
    ["ping -c", "ping: option requires an argument -- 'c'", 2],
    ["ping -f 10.2.9.80", "ping: option -f is not modelled by the instances of vpclab's embedded AWS", 2],
  ])("refuses `%s` without sending anything", (script, stderr, status) => {
    expect(runScript(script)).toMatchObject({ stdout: "", stderr: `${stderr}\n`, status, sent: [] });
  });
});
