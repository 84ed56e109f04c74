import { describe, expect, it } from "vitest";
import { type LogsExplainOptions, logsExplain } from "../../src/commands/logs-explain.ts";
import { labHome, type RunOptions, refusal, unwrapped } from "./in-process.ts";

const home = labHome();

const explain = (words: readonly string[], options: LogsExplainOptions = {}, run: RunOptions = {}) =>
  home.run((program) => logsExplain(program, words, options), { json: options.json, ...run });

const formatOf = (...names: readonly string[]) => names.map((name) => `\${${name}}`).join(" ");
const PING =
  "2 123456789012 eni-0a1b2c3d4e5f60718 10.1.5.4 10.2.9.8 0 0 1 5 420 1767600000 1767600004 ACCEPT OK";

describe("vpclab logs explain", () => {
  it("takes a record apart without asking AWS, whole or in the shell's words", async () => {
    const whole = await explain([PING], { json: true });
    expect(whole.code).toBe(0);
    const { record, fields, summary } = JSON.parse(whole.stdout);
    expect(record).toBe(PING);
    expect(fields).toHaveLength(14);
    expect(fields[7]).toMatchObject({
      name: "protocol",
      value: "1",
      meaning: expect.stringContaining("ICMP"),
    });
    expect(summary[0]).toBe(
      "In words: 5 packets of ICMP from 10.1.5.4 (a private address) to 10.2.9.8 (a private address), let pass.",
    );
    expect(await explain(PING.split(" "), { json: true })).toEqual(whole);
  });

  it("fits a table of fields and meanings into 80 columns", async () => {
    const { stdout } = await explain([PING], {}, { columns: 80, color: false, input: "" });
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(stdout).toMatch(/log-status +OK +Whether the record holds data/);
  });

  it("says of a REJECT who turned it away, and of NODATA and SKIPDATA what they are", async () => {
    const scan =
      "2 123456789012 eni-1 198.51.100.7 10.1.5.4 5555 3389 6 1 40 1767600000 1767600000 REJECT OK";
    expect(unwrapped((await explain([scan])).stdout)).toMatch(
      /1 packet of TCP .*, turned away by a security group or a network ACL/,
    );
    const empty = "2 123456789012 eni-1 - - - - - - - 1767600000 1767600060 -";
    expect((await explain([`${empty} NODATA`])).stdout).toContain("nothing passed this network interface");
    expect((await explain([`${empty} SKIPDATA`])).stdout).toContain("AWS lost the records");
  });

  it("says of IPv6 addresses what is known, not that both are on the internet", async () => {
    const line = PING.replace("10.1.5.4", "2600:1f18::5").replace("10.2.9.8", "2001:db8::1");
    const { stdout } = await explain([line]);
    expect(unwrapped(stdout)).toContain(
      "from 2600:1f18::5 (a public IPv6 address) to 2001:db8::1 (a public IPv6 address), let pass.",
    );
    expect(stdout).not.toContain("internet");
  });

  it("takes a record with tabs between its fields, as a spreadsheet gives it", async () => {
    const { stdout } = await explain(["-"], { json: true }, { input: PING.replaceAll(" ", "\t") });
    expect(JSON.parse(stdout).fields).toHaveLength(14);
  });

  it("takes a format of one's own", async () => {
    const format = formatOf("dstaddr", "action", "tcp-flags");
    const { stdout } = await explain(["10.1.5.4 REJECT 2"], { format, json: true });
    expect(JSON.parse(stdout).fields.map(({ name }: { name: string }) => name)).toEqual([
      "dstaddr",
      "action",
      "tcp-flags",
    ]);
  });

  it("takes the first record of stdin", async () => {
    const { stdout, stderr } = await explain([], { json: true }, { input: `\n${PING}\nrest\n` });
    expect(JSON.parse(stdout).record).toBe(PING);
    expect(stderr).toContain("The first of 2 lines");
    expect(JSON.parse((await explain(["-"], { json: true }, { input: PING })).stdout).record).toBe(PING);
  });

  it.each<[string, string, LogsExplainOptions?]>([
    ["2 123456789012 eni-1 10.1.5.4", "field 5 (dstaddr) is missing"],
    [`${PING} more`, "field 15"],
    [PING.replace("10.2.9.8", "10.2.9.800"), "Field 5 (dstaddr)"],
    [PING.replace("ACCEPT", "\u001b[2J"), "Field 13 (action)"],
    ["10.1.5.4", "no such field", { format: formatOf("nowhere") }],
  ])("tells the number of the field that is wrong in %j", async (line, message, options = {}) => {
    const error = await refusal(() => explain([line], options));
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringContaining(message) });
    expect((error as Error).message).not.toContain("\u001b");
  });

  it("says how to give a record where none is given", async () => {
    expect(await refusal(() => explain([], {}, { input: "" }))).toMatchObject({
      code: "usage",
      next: expect.arrayContaining([expect.stringContaining("vpclab logs --raw")]),
    });
  });
});
