import { describe, expect, it } from "vitest";
import { errorBlock } from "../../src/ui/errors.ts";
import { visibleWidth } from "../../src/ui/text.ts";
import { fakeTerminal } from "./fake-terminal.ts";

const report = {
  what: "VPC 2 was not deleted",
  why: "DependencyViolation, the VPC still has a network interface that somebody else attached",
  next: [
    "Look at it with `vpclab status`.",
    "Then run `vpclab teardown` again; it picks up where it stopped.",
  ],
};

describe("errorBlock", () => {
  it("says what, why and what next, on stderr alone", () => {
    const terminal = fakeTerminal({ columns: undefined });
    errorBlock(terminal, {
      what: "no such Region",
      why: "eu-west-9 is not one",
      next: ["Try --region eu-west-3."],
    });
    expect(terminal.stderr.written).toBe(
      "error: no such Region: eu-west-9 is not one\n  → Try --region eu-west-3.\n",
    );
    expect(terminal.stdout.written).toBe("");
  });

  it("does without a cause and a next step", () => {
    const terminal = fakeTerminal({ columns: undefined });
    errorBlock(terminal, { what: "interrupted" });
    expect(terminal.stderr.written).toBe("error: interrupted\n");
  });

  it.each([40, 80, 120])("fits %i columns and aligns what goes on", (columns) => {
    const terminal = fakeTerminal({ columns });
    errorBlock(terminal, report);
    const lines = terminal.stderr.screen();
    expect(lines.every((line) => visibleWidth(line) <= columns)).toBe(true);
    expect(lines.filter((line) => line.startsWith("  → "))).toHaveLength(2);
    expect(lines.slice(1).every((line) => line === "" || line.startsWith("  "))).toBe(true);
    expect(terminal.stderr.written).toContain("\x1b[31merror:\x1b[39m VPC 2");
  });

  it("escapes what AWS or a name brings along", () => {
    const terminal = fakeTerminal();
    errorBlock(terminal, { what: "a\x1b[31mb", why: "\x1b]0;t\x07", next: ["\u202e"] });
    expect(terminal.stderr.screen()).toEqual(["error: a\\x1b[31mb: \\x1b]0;t\\x07", "  → \\u{202e}", ""]);
  });
});
