/** A refusal as the SDK throws it. */
export function refusal(code: string, message = code, attempts = 1): Error {
  return Object.assign(new Error(message), { name: code, $metadata: { attempts } });
}
