/**
 * What an operation of the embedded AWS is: the SDK's own schema for the shapes, the parameters we model, and the
 * behaviour. Shapes are never written by hand: the schema decodes the request and encodes the answer.
 */

import { NormalizedSchema } from "@smithy/core/schema";
import type { StaticOperationSchema } from "@smithy/types";
import { constraintsUnder } from "./constraints.ts";
import type { Context } from "./context.ts";
import { AwsError } from "./error.ts";

export interface Operation {
  readonly name: string;
  readonly schema: StaticOperationSchema;
  /** Whether it only reads: then the world is not locked and not saved. */
  readonly reads: boolean;
  /** The parameters that are honoured; all others are refused by name. */
  readonly models: readonly string[];
  run(context: Context, input: Record<string, unknown>): Record<string, unknown>;
}

/** A member of the input, or a dotted path into it ("Ebs.Encrypted"; lists are looked through). */
export type Modelled<I> = (keyof I & string) | `${keyof I & string}.${string}`;

/**
 * Declares one operation.
 *
 * @param schema the SDK's schema, imported by name (`CreateVpc$`), so that the bundle holds no other
 * @param models the parameters that the embedded AWS honours. Any other parameter that a request carries is refused
 *   by name: silently ignoring one would teach something untrue. A name covers all below it; dotted paths only
 *   themselves.
 * @param run the behaviour. Synchronous; may throw AwsError at any point, then nothing is changed.
 */
export function operation<I extends object, O extends object>(
  schema: StaticOperationSchema,
  models: readonly Modelled<I>[],
  run: (context: Context, input: I) => O,
): Operation {
  const name = schema[2];
  const modelled = new Set<string>(models);
  return {
    name,
    schema,
    reads: /^(Describe|Get|List|Filter|Simulate)/.test(name),
    models,
    run(context, input) {
      refuseUnmodelled(name, modelled, input, "");
      requireMembers(schema, input);
      if (input.DryRun === true)
        throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
      return { ...run(context, input as I) } as Record<string, unknown>;
    },
  };
}

function refuseUnmodelled(operationName: string, modelled: Set<string>, value: unknown, path: string): void {
  if (Array.isArray(value)) {
    for (const item of value) refuseUnmodelled(operationName, modelled, item, path);
  } else if (value !== null && typeof value === "object" && !(value instanceof Date)) {
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined || (path === "" && key === "DryRun")) continue;
      const memberPath = path === "" ? key : `${path}.${key}`;
      if (modelled.has(memberPath)) continue;
      if ([...modelled].some((other) => other.startsWith(`${memberPath}.`))) {
        refuseUnmodelled(operationName, modelled, member, memberPath);
        continue;
      }
      throw new AwsError(
        "UnsupportedOperation",
        `The embedded AWS of vpclab does not model the parameter ${memberPath} of ${operationName}.`,
      );
    }
  }
}

/** The SDK's structure schemas put the required members first and end with their count. */
function requireMembers(schema: StaticOperationSchema, input: Record<string, unknown>): void {
  const shape = NormalizedSchema.of(schema[4]).getSchema();
  const required = Array.isArray(shape) && typeof shape[6] === "number" ? shape[6] : 0;
  const names = Array.isArray(shape) ? (shape[4] as string[]) : [];
  for (const name of names.slice(0, required)) {
    if (input[name] === undefined) throw missing(schema[1], name);
  }
}

/** EC2 has words of its own for it, the others share theirs. */
const CODE_OF_CONSTRAINTS: Readonly<Record<string, string>> = {
  "com.amazonaws.cloudwatchlogs": "InvalidParameterException",
  "com.amazonaws.ssm": "ValidationException",
};

function missing(namespace: string, name: string): AwsError {
  if (namespace === "com.amazonaws.ec2")
    return new AwsError("MissingParameter", `The request must contain the parameter ${name}`);
  const { constraint } = constraintsUnder(CODE_OF_CONSTRAINTS[namespace] ?? "ValidationError");
  return constraint(undefined, name, "not be null");
}
