/**
 * Answers of the query protocols as XML, by the SDK's schemas. The mirror image of what the clients read, and the
 * same as the SDK's own XmlShapeSerializer writes, which builds a tree of nodes first: with a thousand VPCs in an
 * answer that took longer than everything else. Each structure's writer is made once and kept.
 */
import type { NormalizedSchema } from "@smithy/core/schema";

/** The content of an element, without its tags. */
type Write = (value: unknown) => string;

const structWriters = new WeakMap<object, Write>();

/** @param schema of a structure. @returns its members' elements, one after another; absent members are left out */
export function structXml(schema: NormalizedSchema, value: object): string {
  return structWriter(schema)(value);
}

function structWriter(schema: NormalizedSchema): Write {
  const key = schema.getSchema() as object;
  const known = structWriters.get(key);
  if (known) return known;
  // Filled at the first use: a structure may hold itself.
  let members: (readonly [name: string, write: Write])[] | undefined;
  const write: Write = (value) => {
    members ??= [...schema.structIterator()].map(
      ([name, member]) => [name, memberWriter(name, member)] as const,
    );
    let xml = "";
    for (const [name, writeMember] of members) {
      const held = (value as Record<string, unknown>)[name];
      if (held !== undefined && held !== null) xml += writeMember(held);
    }
    return xml;
  };
  structWriters.set(key, write);
  return write;
}

/** Writes the whole element. No answer of ours has flattened lists or attributes: the test would tell. */
function memberWriter(name: string, member: NormalizedSchema): Write {
  const { xmlName = name } = traitsOf(member);
  if (member.isListSchema()) {
    const item = member.getValueSchema();
    const writeItem = element(traitsOf(item).xmlName ?? "member", contentWriter(item));
    const writeItems: Write = (items) => {
      let xml = "";
      for (const each of items as Iterable<unknown>) xml += writeItem(each);
      return xml;
    };
    return element(xmlName, writeItems);
  }
  if (member.isMapSchema()) {
    const [key, value] = [member.getKeySchema(), member.getValueSchema()];
    const writeKey = element(traitsOf(key).xmlName ?? "key", contentWriter(key));
    const writeValue = element(traitsOf(value).xmlName ?? "value", contentWriter(value));
    const writeEntry = element("entry", (pair) => {
      const [entryKey, entryValue] = pair as [unknown, unknown];
      return writeKey(entryKey) + writeValue(entryValue);
    });
    const writeEntries: Write = (map) =>
      Object.entries(map as object)
        .map(writeEntry)
        .join("");
    return element(xmlName, writeEntries);
  }
  return element(xmlName, contentWriter(member));
}

function element(tag: string, write: Write): Write {
  return (value) => `<${tag}>${write(value)}</${tag}>`;
}

/** @throws Error for shapes that no answer of ours has: a mistake in the program, not in the request */
function contentWriter(schema: NormalizedSchema): Write {
  if (schema.isStructSchema()) return structWriter(schema);
  if (schema.isBooleanSchema() || schema.isNumericSchema()) return String;
  if (schema.isTimestampSchema()) return (value) => (value as Date).toISOString().replace(".000Z", "Z");
  if (schema.isStringSchema()) return (value) => escapeXml(String(value));
  if (schema.isBlobSchema()) return (value) => Buffer.from(value as Uint8Array).toString("base64");
  throw new Error(`no way to write ${schema.getName(true)} as XML`);
}

function traitsOf(schema: NormalizedSchema): { readonly xmlName?: string } {
  return schema.getMergedTraits() as { readonly xmlName?: string };
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\r": "&#x0D;",
  "\n": "&#x0A;",
  "\u0085": "&#x85;",
  "\u2028": "&#x2028;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r\n\u0085\u2028]/g, (character) => ESCAPES[character] ?? character);
}
