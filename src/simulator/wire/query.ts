/**
 * The query protocols (EC2's own and the common one of IAM and STS): a form in, XML out. Both directions follow the
 * SDK's schemas: the decoder mirrors its QueryShapeSerializer, the encoder (xml.ts) its XmlShapeSerializer.
 */
import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { AwsError } from "../error.ts";
import { escapeXml, structXml } from "./xml.ts";

export type QueryDialect = "ec2" | "common";

/** Form fields as a tree, split at the dots: `Filter.1.Name=x` is `{Filter: {1: {Name: "x"}}}`. */
interface Fields {
  [name: string]: Fields | string;
}

/** @throws AwsError for a field that the operation does not have, or a value of the wrong type */
export function decodeQuery(dialect: QueryDialect, schema: StaticOperationSchema, body: string) {
  const fields: Fields = Object.create(null);
  for (const [name, value] of new URLSearchParams(body)) {
    if (name === "Action" || name === "Version") continue;
    put(fields, name, value);
  }
  const input = NormalizedSchema.of(schema[4]);
  return input.isStructSchema() ? decodeStruct(dialect, input, fields, "") : {};
}

/** No parameter of AWS's is nested as deep as this. */
const DEEPEST = 32;

function put(fields: Fields, name: string, value: string): void {
  const path = name.split(".", DEEPEST + 1);
  if (path.length > DEEPEST) throw unknown(`${name.slice(0, 100)}…`);
  const last = path.pop() ?? "";
  let parent = fields;
  for (const part of path) {
    let below = parent[part];
    if (typeof below !== "object") {
      below = Object.create(null) as Fields;
      parent[part] = below;
    }
    parent = below;
  }
  parent[last] = value;
}

function decodeStruct(dialect: QueryDialect, schema: NormalizedSchema, fields: Fields, path: string) {
  const result: Record<string, unknown> = {};
  const strangers = new Set(Object.keys(fields));
  for (const [name, member] of schema.structIterator()) {
    const key = fieldName(dialect, name, member);
    const value = fields[key];
    strangers.delete(key);
    if (value !== undefined)
      result[name] = decode(dialect, member, value, path === "" ? key : `${path}.${key}`);
  }
  const [stranger] = strangers;
  if (stranger !== undefined) throw unknown(path === "" ? stranger : `${path}.${stranger}`);
  return result;
}

function fieldName(dialect: QueryDialect, name: string, member: NormalizedSchema): string {
  const traits = member.getMergedTraits() as { ec2QueryName?: string; xmlName?: string };
  if (dialect === "ec2" && traits.ec2QueryName) return traits.ec2QueryName;
  const key = traits.xmlName ?? name;
  return dialect === "ec2" ? `${key.charAt(0).toUpperCase()}${key.slice(1)}` : key;
}

function decode(
  dialect: QueryDialect,
  schema: NormalizedSchema,
  value: Fields | string,
  path: string,
): unknown {
  if (schema.isListSchema()) {
    const traits = schema.getMergedTraits() as { xmlFlattened?: 1 };
    const element = schema.getValueSchema();
    let items = value;
    if (dialect === "common" && !traits.xmlFlattened && typeof value === "object") {
      const { xmlName = "member" } = element.getMergedTraits() as { xmlName?: string };
      const [stranger] = Object.keys(value).filter((key) => key !== xmlName);
      if (stranger !== undefined) throw unknown(`${path}.${stranger}`);
      items = value[xmlName] ?? {};
    }
    if (typeof items === "string") return items === "" ? [] : [decode(dialect, element, items, path)];
    return Object.entries(items)
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([index, item]) => {
        if (!/^\d+$/.test(index)) throw unknown(`${path}.${index}`);
        return decode(dialect, element, item, `${path}.${index}`);
      });
  }
  if (schema.isStructSchema()) {
    if (typeof value === "string") throw invalid(path, value);
    return decodeStruct(dialect, schema, value, path);
  }
  if (typeof value !== "string") throw invalid(path, "a structure");
  if (schema.isBooleanSchema()) {
    if (!/^(true|false)$/i.test(value)) throw invalid(path, value);
    return value.toLowerCase() === "true";
  }
  if (schema.isNumericSchema()) {
    // None of these operations takes fractions.
    if (!/^[-+]?\d+$/.test(value)) throw invalid(path, value);
    return Number(value);
  }
  if (schema.isTimestampSchema()) {
    const date = new Date(value);
    if (Number.isNaN(date.getTime())) throw invalid(path, value);
    return date;
  }
  if (schema.isBlobSchema()) return Buffer.from(value, "base64");
  return value;
}

function unknown(path: string): AwsError {
  return new AwsError("UnknownParameter", `The parameter ${path} is not recognized`);
}

function invalid(path: string, value: string): AwsError {
  return new AwsError("InvalidParameterValue", `Value (${value}) for parameter ${path} is invalid.`);
}

const NAMESPACE: Record<QueryDialect, (service: string) => string> = {
  ec2: () => "http://ec2.amazonaws.com/doc/2016-11-15/",
  common: (service) =>
    service === "iam"
      ? "https://iam.amazonaws.com/doc/2010-05-08/"
      : "https://sts.amazonaws.com/doc/2011-06-15/",
};

export function encodeQuery(
  dialect: QueryDialect,
  service: string,
  schema: StaticOperationSchema,
  output: Record<string, unknown>,
  requestId: string,
): string {
  const name = schema[2];
  const shape = NormalizedSchema.of(schema[5]);
  const members = shape.isStructSchema() ? structXml(shape, output) : "";
  const open = `<?xml version="1.0" encoding="UTF-8"?>\n<${name}Response xmlns="${NAMESPACE[dialect](service)}">`;
  if (dialect === "ec2") {
    // Operations without a result say <return>true</return>, as EC2 does.
    const body = shape.isStructSchema() ? members : "<return>true</return>";
    return `${open}<requestId>${requestId}</requestId>${body}</${name}Response>`;
  }
  const result = shape.isStructSchema() ? `<${name}Result>${members}</${name}Result>` : "";
  return `${open}${result}<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
}

export function encodeQueryError(dialect: QueryDialect, error: AwsError, requestId: string): string {
  const code = escapeXml(error.code);
  const message = escapeXml(error.message);
  return dialect === "ec2"
    ? `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`
    : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}
