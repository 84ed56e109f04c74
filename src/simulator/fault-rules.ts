/** Reads a file of faults. Apart from faults.ts, so that zod is loaded only where there is such a file. */
import * as z from "zod";
import type { FaultRule } from "./faults.ts";

const CALLS = "takes the number of a call, counted from 1, or a list of such numbers";
const callNumber = z.int({ error: CALLS }).min(1, { error: CALLS });
const which = {
  operation: z.string().regex(/^(\*|(ec2|iam|logs|ssm|sts):(\*|[A-Za-z]+))$/, {
    error: 'takes a service and an operation, such as "ec2:CreateVpc", "ec2:*" or "*"',
  }),
  calls: z
    .union([callNumber, z.array(callNumber).min(1)], {
      error: CALLS,
    })
    .optional(),
};

const faultRule: z.ZodType<FaultRule> = z.discriminatedUnion(
  "fault",
  [
    z.strictObject({ ...which, fault: z.literal("throttle") }),
    z.strictObject({
      ...which,
      fault: z.literal("error"),
      code: z.string().min(1),
      status: z.int().min(400).max(599).optional(),
      message: z.string().optional(),
    }),
    z.strictObject({
      ...which,
      fault: z.literal("delay"),
      ms: z.number().positive(),
      when: z.enum(["before", "after"]).optional(),
    }),
    z.strictObject({ ...which, fault: z.literal("drop") }),
    z.strictObject({ ...which, fault: z.literal("cut") }),
    z.strictObject({
      operation: z.string().regex(/^ec2:(\*|[A-Za-z]+)$/, {
        error: 'takes "ec2:*" or one operation of EC2\'s: no other limits are known',
      }),
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
