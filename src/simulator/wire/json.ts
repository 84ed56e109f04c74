/** JSON 1.1 (CloudWatch Logs, Systems Manager), by the SDK's own codec and schemas. */
import { JsonCodec2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { AwsError } from "../error.ts";

const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: 7 }, jsonName: false });

/** @throws AwsError for a body that is not JSON, or a member that the operation does not have */
export async function decodeJson(
  schema: StaticOperationSchema,
  body: string,
): Promise<Record<string, unknown>> {
  const shape = NormalizedSchema.of(schema[4]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(body === "" ? "{}" : body);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON.");
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw new AwsError("SerializationException", "Start of structure or map found where not expected.");
  if (!shape.isStructSchema()) return {};
  const known = new Set([...shape.structIterator()].map(([name]) => name));
  for (const name of Object.keys(parsed))
    if (!known.has(name)) throw new AwsError("ValidationException", `Unknown parameter: ${name}`);
  try {
    return (await codec.createDeserializer().read(shape, body)) as Record<string, unknown>;
  } catch (error) {
    throw new AwsError("SerializationException", (error as Error).message);
  }
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
