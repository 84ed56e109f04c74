import { describe, expect, it } from "vitest";
import { lineLayout } from "../../src/commands/logs-line.ts";
import { parseRecord } from "../../src/flow-logs/record.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";

const OWNERS: Readonly<Record<string, string>> = {
  "10.1.0.4": "instance 1",
  "10.2.0.9": "instance 2",
  "3.8.0.2": "instance 2 public",
  "52.119.219.73": "AWS",
  "52.119.219.173": "AWS",
};

/** The line's two endpoints on a terminal of so many columns. */
function endpoints(columns: number, source: string, destination: string): (string | undefined)[] {
  const layout = lineLayout(fakeTerminal({ columns, color: false }), (address) => OWNERS[address]);
  const line = layout.line(
    parseRecord(`2 123456789012 eni-1 ${source} ${destination} 0 0 1 5 420 1767600000 1767600004 ACCEPT OK`),
  );
  expect(line.length).toBeLessThanOrEqual(columns);
  return /^\S+ (.+?) +→ (.+?) +icmp /.exec(line)?.slice(1) ?? [];
}

describe("a record's line", () => {
  it.each([60, 64, 70, 80, 120])("tells the instances apart in %i columns", (columns) => {
    const [one, two] = endpoints(columns, "10.1.0.4", "10.2.0.9");
    const [three] = endpoints(columns, "3.8.0.2", "10.1.0.4");
    expect(one).toMatch(/1( 10\.1\.0\.4)?$/);
    expect(two).toMatch(/2( 10\.2\.0\.9)?$/);
    expect(three).toMatch(/2 public( 3\.8\.0\.2)?$/);
  });

  it("shortens their names as little as there is need", () => {
    expect(endpoints(60, "10.1.0.4", "3.8.0.2")).toEqual(["inst. 1", "2 public"]);
    expect(endpoints(72, "10.1.0.4", "3.8.0.2")).toEqual(["instance 1", "inst. 2 public"]);
    expect(endpoints(80, "10.1.0.4", "3.8.0.2")).toEqual(["instance 1", "instance 2 public"]);
  });

  it("has one form for AWS, however long its address is", () => {
    const forms = (columns: number) => endpoints(columns, "52.119.219.73", "52.119.219.173");
    expect(forms(60)).toEqual(["AWS", "AWS"]);
    expect(forms(78)).toEqual(["AWS 52.119.219.73", "AWS 52.119.219.1…"]);
    expect(forms(80)).toEqual(["AWS 52.119.219.73", "AWS 52.119.219.173"]);
  });
});
