/** Reads a file of faults. Apart from faults.ts, so that it is loaded only where there is such a file. */
import * as v from "valibot";
import type { FaultRule } from "./faults.ts";

const CALLS = "takes the number of a call, counted from 1, or a list of such numbers";
const callNumber = v.pipe(v.number(CALLS), v.integer(CALLS), v.minValue(1, CALLS));
const which = {
  operation: v.pipe(
    v.string(),
    v.regex(
      /^(\*|(ec2|iam|logs|ssm|sts):(\*|[A-Za-z]+))$/,
      'takes a service and an operation, such as "ec2:CreateVpc", "ec2:*" or "*"',
    ),
  ),
  calls: v.optional(v.union([callNumber, v.pipe(v.array(callNumber), v.minLength(1))], CALLS)),
};

const faultRule: v.GenericSchema<unknown, FaultRule> = v.variant(
  "fault",
  [
    v.strictObject({ ...which, fault: v.literal("throttle") }),
    v.strictObject({
      ...which,
      fault: v.literal("error"),
      code: v.pipe(v.string(), v.minLength(1)),
      status: v.optional(v.pipe(v.number(), v.integer(), v.minValue(400), v.maxValue(599))),
      message: v.optional(v.string()),
    }),
    v.strictObject({
      ...which,
      fault: v.literal("delay"),
      ms: v.pipe(v.number(), v.finite(), v.gtValue(0)),
      when: v.optional(v.picklist(["before", "after"])),
    }),
    v.strictObject({ ...which, fault: v.literal("drop") }),
    v.strictObject({ ...which, fault: v.literal("cut") }),
    v.strictObject({
      operation: v.pipe(
        v.string(),
        v.regex(
          /^ec2:(\*|[A-Za-z]+)$/,
          'takes "ec2:*" or one operation of EC2\'s: no other limits are known',
        ),
      ),
      fault: v.literal("rate-limit"),
    }),
  ],
  "takes throttle, error, delay, drop, cut or rate-limit",
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
  const parsed = v.safeParse(v.array(faultRule, "takes a list of rules"), value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    const [index, ...members] = (issue.path ?? []).map(({ key }) => key);
    const place = typeof index === "number" ? [`rule ${index + 1}`, ...members].map(String).join(", ") : "it";
    const why = issue.expected === "never" ? "no rule of this kind has it" : issue.message;
    throw new FaultsError(`${place}: ${why}`);
  }
  for (const [index, { operation }] of parsed.output.entries())
    if (!operation.endsWith("*") && !operations.has(operation))
      throw new FaultsError(`rule ${index + 1}, operation: the embedded AWS has no ${operation}`);
  return parsed.output;
}
