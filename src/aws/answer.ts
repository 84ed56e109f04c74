/**
 * A member of AWS's answer that is always there, though the SDK's types cannot promise it.
 * @param what its name, for the error that nobody should ever see
 * @throws Error when it is missing after all
 */
export function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`AWS answered without ${what}.`);
  return value;
}
