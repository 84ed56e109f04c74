/** JSON 1.1 (CloudWatch Logs, Systems Manager), by the SDK's own schemas; answers by its own codec. */
import { JsonCodec2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { AwsError } from "../error.ts";

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

/** @throws AwsError for a body that is not JSON, a member that the operation does not have, or a value of the wrong type */
export function decodeJson(schema: StaticOperationSchema, body: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
  const input = NormalizedSchema.of(schema[4]);
  return input.isStructSchema() ? decodeStruct(input, parsed, "") : {};
}

/** A member that is null counts as absent. */
function decodeStruct(schema: NormalizedSchema, value: unknown, path: string): Record<string, unknown> {
  const members = new Map(schema.structIterator());
  const result: Record<string, unknown> = {};
  for (const [name, given] of entriesOf(value, path)) {
    const place = path === "" ? name : `${path}.${name}`;
    const member = members.get(name);
    if (!member) throw new AwsError("ValidationException", `Unknown parameter: ${place}`);
    if (given !== null) result[name] = decode(member, given, place);
  }
  return result;
}

function decode(schema: NormalizedSchema, value: unknown, path: string): unknown {
  if (schema.isStructSchema()) return decodeStruct(schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, "a list");
    return value.map((item, index) => decode(schema.getValueSchema(), item, `${path}.${index + 1}`));
  }
  if (schema.isMapSchema()) {
    const entries = entriesOf(value, path);
    return Object.fromEntries(
      entries.map(([key, item]) => [key, decode(schema.getValueSchema(), item, `${path}.${key}`)]),
    );
  }
  if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") throw wrongType(path, "a boolean");
  } else if (schema.isNumericSchema()) {
    // None of these operations takes fractions.
    if (!Number.isSafeInteger(value)) throw wrongType(path, "a whole number");
  } else if (typeof value !== "string") throw wrongType(path, "a string");
  return value;
}

function entriesOf(value: unknown, path: string): [string, unknown][] {
  if (value === null || typeof value !== "object" || Array.isArray(value))
    throw wrongType(path, "a structure");
  return Object.entries(value);
}

/** AWS names the types by its own language's words, and not the place [U]. */
function wrongType(path: string, wanted: string): AwsError {
  return new AwsError("SerializationException", `${path || "The request body"} must be ${wanted}.`);
}

export function encodeJson(schema: StaticOperationSchema, output: Record<string, unknown>): string {
  const shape = NormalizedSchema.of(schema[5]);
  // Operations without a result answer with an empty body.
  if (!shape.isStructSchema()) return "";
  const serializer = codec.createSerializer();
  serializer.write(shape, output);
  return new TextDecoder().decode(serializer.flush());
}

export function encodeJsonError(error: AwsError): string {
  return JSON.stringify({ __type: error.code, message: error.message, ...error.details });
}
