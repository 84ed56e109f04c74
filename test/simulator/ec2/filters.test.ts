import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FilterFields, filtered } from "../../../src/simulator/ec2/filters.ts";

const ITEMS = [
  { id: "a", names: ["one", "two"], isMain: true, tags: { Name: "NextWork-1-vpc", "vpclab:lab": "x" } },
  { id: "b", names: ["three"], isMain: false, tags: { Name: "NextWork-2-vpc" } },
  { id: "c", names: [], isMain: false, tags: {} },
];
const FIELDS: FilterFields<(typeof ITEMS)[number]> = {
  id: (item) => item.id,
  name: (item) => item.names,
  main: (item) => item.isMain,
};

function ids(...filters: [name: string, ...values: string[]][]): string {
  const found = filtered(
    ITEMS,
    filters.map(([Name, ...Values]) => ({ Name, Values })),
    FIELDS,
  );
  return found.map(({ id }) => id).join("");
}

describe("filters", () => {
  it.each<[string, [string, ...string[]][]]>([
    ["abc", []],
    ["ab", [["id", "a", "b"]]],
    [
      "a",
      [
        ["id", "a", "b"],
        ["main", "true"],
      ],
    ],
    ["bc", [["main", "false"]]],
    ["ab", [["name", "t*"]]],
    ["a", [["name", "t?o"]]],
    ["", [["name", "t"]]],
    ["ab", [["name", "*"]]],
    ["", [["id"]]],
    ["", [["id", ""]]],
    ["a", [["tag:Name", "NextWork-1-vpc"]]],
    ["ab", [["tag:Name", "NextWork-?-vpc"]]],
    ["", [["tag:Name", "nextwork-1-vpc"]]],
    ["", [["tag:name", "NextWork-1-vpc"]]],
    ["a", [["tag-key", "vpclab:*"]]],
    ["b", [["tag-value", "*-2-*"]]],
    ["", [["tag:toString", "*"]]],
    // Escaped wildcards and what means something to regular expressions stand for themselves.
    ["", [["name", "t\\*"]]],
    ["", [["name", "t.o"]]],
  ])("find %j by %j", (expected, filters) => {
    expect(ids(...filters)).toBe(expected);
  });

  it("take no time to speak of, however many wildcards there are", () => {
    const items = [{ id: "a".repeat(256) }];
    const passing = (value: string) =>
      filtered(items, [{ Name: "id", Values: [value] }], { id: ({ id }) => id });
    const startedAt = performance.now();
    expect(passing(`${"*a".repeat(4)}b`)).toEqual([]);
    expect(passing(`${"*a?".repeat(4)}*`)).toEqual(items);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it("match as the wildcards say", () => {
    const meaning: Record<string, string> = { "*": ".*", "?": ".", "\\a": "a" };
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }),
        fc.array(fc.constantFrom("a", "b", "*", "?", "\\a", "\\*"), { maxLength: 6 }),
        (id, parts) => {
          const source = parts.map((part) => meaning[part] ?? part).join("");
          const found = filtered([{ id }], [{ Name: "id", Values: [parts.join("")] }], {
            id: (item) => item.id,
          });
          expect(found.length === 1).toBe(new RegExp(`^(?:${source})$`).test(id));
        },
      ),
    );
  });

  it("are refused if the operation does not have them", () => {
    expect(() => ids(["colour", "red"])).toThrow("The filter 'colour' is invalid");
    expect(() => ids(["constructor", "red"])).toThrow("The filter 'constructor' is invalid");
  });
});
