/** What members of a request must be, in the words that every service but EC2 has for it, each under a code of its own. */
import { AwsError } from "./error.ts";

/** @param code of the refusals: "ValidationError" in IAM */
export function constraintsUnder(code: string) {
  /** The refusal of a value; undefined for one that is missing. @param rule what it "must" */
  function constraint(value: string | number | undefined, parameter: string, rule: string): AwsError {
    const shown = value === undefined ? "null" : `'${value}'`;
    const member = parameter.charAt(0).toLowerCase() + parameter.slice(1);
    return new AwsError(
      code,
      `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: Member must ${rule}`,
    );
  }

  /** @throws AwsError for one below `least` or above `most` */
  function checkValue(
    value: number,
    parameter: string,
    least: number,
    most = Number.POSITIVE_INFINITY,
  ): void {
    if (value < least) throw constraint(value, parameter, `have value greater than or equal to ${least}`);
    if (value > most) throw constraint(value, parameter, `have value less than or equal to ${most}`);
  }

  /** @throws AwsError for a text or a list shorter than `least` or longer than `most` */
  function checkLength(
    value: string | readonly unknown[],
    parameter: string,
    least: number,
    most = Infinity,
  ) {
    const shown = typeof value === "string" ? value : `[${value.length === 0 ? "" : "…"}]`;
    if (value.length < least)
      throw constraint(shown, parameter, `have length greater than or equal to ${least}`);
    if (value.length > most) throw constraint(shown, parameter, `have length less than or equal to ${most}`);
  }

  /** @throws AwsError for what is none of the values that there are; absent is fine */
  function checkEnum<T extends string | number>(
    value: T | undefined,
    parameter: string,
    values: readonly T[],
  ): void {
    if (value !== undefined && !values.includes(value))
      throw constraint(value, parameter, `satisfy enum value set: [${values.join(", ")}]`);
  }

  return { constraint, checkValue, checkLength, checkEnum };
}
