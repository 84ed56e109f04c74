/** Values of any shape that the SDK's schemas describe. */
import type { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";

export interface AnyValueOptions {
  /** Structures deeper than this stay empty. */
  readonly depth: number;
  readonly text: fc.Arbitrary<string>;
  readonly number: fc.Arbitrary<number>;
  /** Which members a structure may have, by the dotted path from the top. Default: all. */
  readonly has?: (path: string) => boolean;
}

/** @param path of the value, "" for the top */
export function anyValue(
  schema: NormalizedSchema,
  options: AnyValueOptions,
  path = "",
): fc.Arbitrary<unknown> {
  const { depth, text, number, has = () => true } = options;
  if (schema.isListSchema())
    return fc.array(anyValue(schema.getValueSchema(), options, path), { maxLength: 3 });
  if (schema.isMapSchema())
    return fc.dictionary(
      fc.string({ unit: "grapheme-ascii" }),
      anyValue(schema.getValueSchema(), options, path),
      {
        maxKeys: 3,
      },
    );
  if (schema.isStructSchema()) {
    const members = depth === 0 ? [] : [...schema.structIterator()];
    const below = { ...options, depth: depth - 1 };
    const arbitraries = members.flatMap(([name, member]) => {
      const memberPath = path === "" ? name : `${path}.${name}`;
      return has(memberPath) ? [[name, anyValue(member, below, memberPath)] as const] : [];
    });
    return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [], noNullPrototype: true });
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return number;
  if (schema.isTimestampSchema())
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) });
  if (schema.isBlobSchema()) return fc.uint8Array();
  return text;
}
