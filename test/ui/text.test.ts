import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import columnsOf from "fast-string-width";
import { describe, expect, it } from "vitest";
import {
  indent,
  keyValues,
  plain,
  plainLines,
  styled,
  truncate,
  visibleWidth,
  wrapText,
} from "../../src/ui/text.ts";

/** Text with many characters that a terminal acts on. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom(
      "\x1b[2J",
      "\x1b]8;;http://x\x07",
      "\x9b31m",
      "\n",
      "\r",
      "\b",
      "\x7f",
      "\u202e",
      "\u200b",
      "\x1b[31m",
    ),
    fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
    fc.constantFrom("\ud800", "\udc00"),
  ),
});

describe("plain", () => {
  it("shows what a terminal would act on as escapes", () => {
    expect(plain("a\x1b[31mb\nc\td\u202ee\x9b")).toBe("a\\x1b[31mb\\nc\\td\\u{202e}e\\x9b");
  });

  it("leaves ordinary text of any language alone", () => {
    const text = "VPC 1 <> VPC 2 · Über-Größe 東京 \\ /";
    expect(plain(text)).toBe(text);
  });

  it("leaves nothing that a terminal acts on, whatever comes in", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = plain(text);
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(stripVTControlCharacters(shown)).toBe(shown);
        expect(plain(shown)).toBe(shown);
      }),
    );
  });
});

describe("plainLines", () => {
  it("keeps a command's lines, widens its tabs and escapes the rest", () => {
    expect(plainLines("one\ttwo\r\nthree\x07\n")).toEqual(["one     two", "three\\x07"]);
  });

  it("never holds anything that a terminal acts on", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const line of plainLines(text)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

const ESC = "\x1b";
const OUR_COLOURS = new RegExp(`${ESC}\\[(?:0|1|2|22|3[1-6]|39|90)m`, "g");

describe("styled", () => {
  it("lets only newlines and our own colours pass", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const rest = styled(text).replace(OUR_COLOURS, "").replaceAll("\n", "");
        expect(rest).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });
});

describe("wrapText", () => {
  it("breaks at spaces, keeps a line's indentation, and leaves long words whole", () => {
    expect(wrapText("  a few words and arn:aws:iam::123456789012:role/X", 20)).toEqual([
      "  a few words and",
      "  arn:aws:iam::123456789012:role/X",
    ]);
  });

  it("keeps empty lines", () => {
    expect(wrapText("a\n\nb", 10)).toEqual(["a", "", "b"]);
    expect(wrapText(`a\n${" ".repeat(20)}\nb`, 10)).toEqual(["a", "", "b"]);
  });

  it("does not count colours", () => {
    expect(wrapText("\x1b[31mone\x1b[39m two", 7)).toEqual(["\x1b[31mone\x1b[39m two"]);
  });

  it("loses no word and exceeds the width only for a single word", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "-"), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.constantFrom(10, 40, 80, 120), (words, width) => {
        const lines = wrapText(words.join(" "), width);
        expect(lines.join(" ").split(" ")).toEqual(words);
        for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
      }),
    );
  });
});

describe("visibleWidth", () => {
  it("takes no short cut to another answer, nor does plain, for any character of the basic plane", () => {
    const differing: string[] = [];
    for (let code = 0; code < 0x10000; code++) {
      const character = String.fromCharCode(code);
      const isHostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(character);
      if (visibleWidth(character) !== columnsOf(character) || (plain(character) === character) === isHostile)
        differing.push(code.toString(16));
    }
    expect(differing).toEqual([]);
  });

  it.each([
    ["Über", 4],
    ["東京", 4],
    ["한국 ﾊ", 6],
    ["🙂", 2],
    ["e\u0301", 1],
    ["\x1b[31m東\x1b[39m", 2],
  ])("of %s is %i columns", (text, columns) => {
    expect(visibleWidth(text)).toBe(columns);
  });
});

describe("truncate", () => {
  it.each([
    ["東京本社", 8, "東京本社"],
    ["東京本社", 7, "東京本…"],
    ["東京本社", 6, "東京…"],
    ["abcdef", 6, "abcdef"],
    ["abcdef", 5, "abcd…"],
    ["abcdef", 1, "…"],
    ["abcdef", 0, ""],
  ])("cuts %s to %i columns", (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  it("fits the width and halves no character, whatever it cuts", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "é", "東", "🙂", "ﾊ", "\u0301") });
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 12 }), (long, width) => {
        const short = truncate(long, width);
        expect(visibleWidth(short)).toBeLessThanOrEqual(width);
        expect(plain(short)).toBe(short);
        expect(short === long || width === 0 || short.endsWith("…")).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("indent and keyValues", () => {
  it("indents all but empty lines", () => {
    expect(indent("a\n\nb", 2)).toBe("  a\n\n  b");
  });

  it("stands the values in one column and wraps them there", () => {
    expect(
      keyValues(
        [
          ["Region", "eu-west-3"],
          ["why", "one two three four five six"],
        ],
        28,
      ),
    ).toBe("Region  eu-west-3\nwhy     one two three four\n        five six");
  });

  it("puts values under their names where the names are long", () => {
    expect(keyValues([["a name of some length", "value"]], 40)).toBe("a name of some length\n  value");
  });

  it.each([40, 80, 120])("fits %i columns", (width) => {
    const text = keyValues(
      [
        ["short", "word ".repeat(60)],
        ["a longer name", "word ".repeat(60)],
      ],
      width,
    );
    expect(text.split("\n").every((line) => visibleWidth(line) <= width)).toBe(true);
  });
});
