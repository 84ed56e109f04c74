import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printJson } from "../../src/ui/json.ts";
import { fakeTerminal } from "./fake-terminal.ts";

describe("printJson", () => {
  it("writes two-space JSON to stdout, keys in their order, and nothing to stderr", () => {
    const terminal = fakeTerminal({ json: true });
    printJson(terminal, { sent: 5, address: null, from: ["a"] });
    expect(terminal.stdout.written).toBe(
      '{\n  "sent": 5,\n  "address": null,\n  "from": [\n    "a"\n  ]\n}\n',
    );
    expect(terminal.stderr.written).toBe("");
    expect(terminal.json).toBe(true);
  });

  it("means the same whatever the strings hold, and shows no character that a terminal acts on", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const terminal = fakeTerminal();
        printJson(terminal, { [text]: text });
        expect(JSON.parse(terminal.stdout.written)).toEqual(JSON.parse(JSON.stringify({ [text]: text })));
        expect(terminal.stdout.written.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
    const terminal = fakeTerminal();
    printJson(terminal, "\x1b[31m\x9b2J\u202e\u{e0001}");
    expect(terminal.stdout.written).toBe('"\\u001b[31m\\u009b2J\\u202e\\udb40\\udc01"\n');
  });

  it("refuses what JSON cannot hold", () => {
    expect(() => printJson(fakeTerminal(), undefined)).toThrow(TypeError);
  });
});
