import { expect, it } from "vitest";
import { showFinding } from "../../src/commands/findings.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";

it("has a query's amounts in its rows as beside its bars, and a port as it is", () => {
  const shown = showFinding(fakeTerminal({ columns: 80, color: false }), {
    kind: "query",
    title: "Bytes by port",
    query: "stats sum(bytes) as bytesSeen by dstPort",
    columns: ["dstPort", "bytesSeen"],
    rows: [["8080", "3262"]],
    bars: [{ label: "8080", value: 3262 }],
  });
  expect(shown.match(/3,262/g)).toHaveLength(2);
  expect(shown).toContain("8080");
  expect(shown).not.toMatch(/3262|8,080/);
});

it.each([
  [
    ["7", "12345678901234567890"],
    ["                   7", "12345678901234567890"],
  ],
  [
    ["1234.5", "2000"],
    ["1234.5", " 2,000"],
  ],
  [
    ["1.2E10", "2000"],
    ["1.2E10", " 2,000"],
  ],
  [
    ["eni-1", "2000"],
    ["eni-1", "2000"],
  ],
])("stands amounts %o one under another, and changes none that it cannot count", (values, expected) => {
  const shown = showFinding(fakeTerminal({ columns: 80, color: false }), {
    kind: "query",
    title: "Bytes",
    query: "fields amount",
    columns: ["amount"],
    rows: values.map((value) => [value]),
    bars: [],
  });
  expect(shown.split("\n").slice(-2)).toEqual(expected.map((line) => `  ${line}`));
});
