/** The XML of every answer that the query protocols have, against what the SDK's own serializer makes of it. */
import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVICES } from "../../../src/simulator/index.ts";
import { structXml } from "../../../src/simulator/wire/xml.ts";

function bySdk(schema: NormalizedSchema, value: object): string {
  const serializer = new XmlShapeSerializer({
    timestampFormat: { useTrait: true, default: 5 },
    httpBindings: false,
    xmlNamespace: "",
    serviceNamespace: "",
  });
  serializer.write(schema, value);
  const withRoot = String(serializer.flush()).replace(/<(\w+)\/>/g, "<$1></$1>");
  return withRoot.replace(/^<[^>]*>/, "").replace(/<\/[^>]*>$/, "");
}

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom('<a href="x">&amp;</a>', "'", "a\r\nb", "\u0085\u2028"),
);

/** Any value of a shape; structures deeper than `depth` stay empty. */
function anyOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  if (schema.isListSchema()) return fc.array(anyOf(schema.getValueSchema(), depth), { maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(fc.string({ unit: "grapheme-ascii" }), anyOf(schema.getValueSchema(), depth), {
      maxKeys: 3,
    });
  if (schema.isStructSchema()) {
    const members = depth === 0 ? [] : [...schema.structIterator()];
    return fc.record(Object.fromEntries(members.map(([name, member]) => [name, anyOf(member, depth - 1)])), {
      requiredKeys: [],
      noNullPrototype: true,
    });
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.oneof(fc.integer(), fc.double({ noNaN: true }));
  if (schema.isTimestampSchema())
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
  if (schema.isBlobSchema()) return fc.uint8Array();
  return text;
}

const answers = SERVICES.filter(({ protocol }) => protocol !== "json").flatMap(({ operations }) =>
  [...operations.values()]
    .map(({ name, schema }) => ({ name, shape: NormalizedSchema.of(schema[5]) }))
    .filter(({ shape }) => shape.isStructSchema()),
);

describe("is the SDK's, whatever is in it", () => {
  test.each(answers)("$name", ({ shape }) => {
    fc.assert(
      fc.property(anyOf(shape, 5), (value) => {
        expect(structXml(shape, value as object)).toBe(bySdk(shape, value as object));
      }),
      { numRuns: 10 },
    );
  });
});
