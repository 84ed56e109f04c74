/** The XML of every answer that the query protocols have, against what the SDK's own serializer makes of it. */
import { XmlShapeSerializer } from "@aws-sdk/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SERVICES } from "../../../src/simulator/index.ts";
import { structXml } from "../../../src/simulator/wire/xml.ts";
import { anyValue } from "../any-value.ts";

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

const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }));

const answers = SERVICES.filter(({ protocol }) => protocol !== "json").flatMap(({ operations }) =>
  [...operations.values()]
    .map(({ name, schema }) => ({ name, shape: NormalizedSchema.of(schema[5]) }))
    .filter(({ shape }) => shape.isStructSchema()),
);

describe("is the SDK's, whatever is in it", () => {
  test.each(answers)("$name", ({ shape }) => {
    fc.assert(
      fc.property(anyValue(shape, { depth: 5, text, number }), (value) => {
        expect(structXml(shape, value as object)).toBe(bySdk(shape, value as object));
      }),
      { numRuns: 10 },
    );
  });
});
