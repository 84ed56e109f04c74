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
