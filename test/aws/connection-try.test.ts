import { describe, expect, it } from "vitest";
import { connectionScript } from "../../src/aws/connection-try.ts";

describe("the line of shell of a try", () => {
  it("is fixed text with the four numbers of an address and a port", () => {
    expect(connectionScript({ address: "10.2.9.80", port: 22 })).toBe(
      "curl -4 -sS -o /dev/null --max-time 4 http://10.2.9.80:22/",
    );
    expect(connectionScript({ web: "https" })).toBe(
      "curl -4 -sS -o /dev/null --max-time 4 https://checkip.amazonaws.com/",
    );
  });

  it.each([
    { address: "10.2.9.80; reboot", port: 22 },
    { address: "$(reboot)", port: 22 },
    { address: "10.2.9.80\n", port: 22 },
    { address: "", port: 22 },
    { address: "10.2.9.80", port: 0 },
    { address: "10.2.9.80", port: 65_536 },
    { address: "10.2.9.80", port: 22.5 },
    { address: "10.2.9.80", port: Number.NaN },
  ])("refuses %o", (goal) => {
    expect(() => connectionScript(goal)).toThrow(/is not an IPv4 address|A TCP port is/);
  });
});
