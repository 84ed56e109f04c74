/** Reads a file of faults. Apart from faults.ts, so that zod is loaded only where there is such a file. */
// The small build, as in lab/memory.ts: of two, every command would load both. It comes without words.
import * as z from "zod/mini";
import en from "zod/v4/locales/en.js";
import type { FaultRule } from "./faults.ts";

z.config(en());

const CALLS = "takes the number of a call, counted from 1, or a list of such numbers";
const callNumber = z.int({ error: CALLS }).check(z.minimum(1, { error: CALLS }));
const which = {
  operation: z.string().check(
    z.regex(/^(\*|(ec2|iam|logs|ssm|sts):(\*|[A-Za-z]+))$/, {
      error: 'takes a service and an operation, such as "ec2:CreateVpc", "ec2:*" or "*"',
    }),
  ),
  calls: z.optional(
    z.union([callNumber, z.array(callNumber).check(z.minLength(1))], {
      error: CALLS,
    }),
  ),
};

const faultRule: z.ZodMiniType<FaultRule> = z.discriminatedUnion(
  "fault",
  [
    z.strictObject({ ...which, fault: z.literal("throttle") }),
    z.strictObject({
      ...which,
      fault: z.literal("error"),
      code: z.string().check(z.minLength(1)),
      status: z.optional(z.int().check(z.minimum(400), z.maximum(599))),
      message: z.optional(z.string()),
    }),
    z.strictObject({
      ...which,
      fault: z.literal("delay"),
      ms: z.number().check(z.positive()),
      when: z.optional(z.enum(["before", "after"])),
    }),
    z.strictObject({ ...which, fault: z.literal("drop") }),
    z.strictObject({ ...which, fault: z.literal("cut") }),
    z.strictObject({
      operation: z.string().check(
        z.regex(/^ec2:(\*|[A-Za-z]+)$/, {
          error: 'takes "ec2:*" or one operation of EC2\'s: no other limits are known',
        }),
      ),
      fault: z.literal("rate-limit"),
    }),
  ],
  { error: "takes throttle, error, delay, drop, cut or rate-limit" },
);

/** A text is no list of faults. The message says where and why. */
export class FaultsError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FaultsError";
  }
}

/**
 * @param text JSON: a list of rules
 * @param operations those that there are, "ec2:CreateVpc", to find a misspelt one
 * @throws FaultsError
 */
export function parseFaults(text: string, operations: ReadonlySet<string>): FaultRule[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FaultsError(`not JSON: ${(error as Error).message}`);
  }
  const parsed = z.array(faultRule, { error: "takes a list of rules" }).safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const [index, ...members] = issue?.path ?? [];
    const place = typeof index === "number" ? [`rule ${index + 1}`, ...members].map(String).join(", ") : "it";
    throw new FaultsError(`${place}: ${issue?.message}`);
  }
  for (const [index, { operation }] of parsed.data.entries())
    if (!operation.endsWith("*") && !operations.has(operation))
      throw new FaultsError(`rule ${index + 1}, operation: the embedded AWS has no ${operation}`);
  return parsed.data;
}
