/**
 * Takes out of errors what nobody is to see. AWS itself repeats such things: SignatureDoesNotMatch quotes the request
 * with its token, AccessDenied the name of the session, which is often somebody's address.
 */
import type { Pluggable } from "@smithy/types";

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b(assumed-role\/[^/\s]+|federated-user)\/[^\s,;"'<>]+/g, "$1/…"],
  // Access key ids, long-lived and temporary (IAM guide, unique identifiers).
  [/\b(AKIA|ASIA)[A-Z0-9]{12,124}\b/g, "$1…"],
  // Headers, query parameters and what credential helpers print: the name, then the value.
  [
    /(x-amz-security-token|x-amz-signature|x-amz-credential|secret_?access_?key|session_?token|access_?token|client_?secret|refresh_?token|signature|credential)(["']?\s*[=:]\s*["']?)[^\s,&"'<>]+/gi,
    "$1$2…",
  ],
];

/**
 * @param secrets further texts to take out wherever they stand, such as the keys in use
 * @returns the text with "…" in the place of each
 */
export function redacted(text: string, secrets: readonly string[] = []): string {
  const withoutThese = secrets
    .filter((secret) => secret !== "")
    .reduce((rest, secret) => rest.replaceAll(secret, "…"), text);
  return PATTERNS.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), withoutThese);
}

/** Every error of a client leaves it redacted: its message, and the stack that repeats it. */
export function redactErrors(): Pluggable<object, object> {
  return {
    applyToStack(stack) {
      stack.add(
        (next, context) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            if (!(error instanceof Error)) throw error;
            const secrets = keysInUse(context);
            const { stack: trace } = error;
            error.message = redacted(error.message, secrets);
            if (trace !== undefined) error.stack = redacted(trace, secrets);
            throw error;
          }
        },
        // Outside of everything else, so that nothing puts anything back.
        { step: "initialize", priority: "high", name: "redactErrors" },
      );
    },
  };
}

/** What the request was signed with, where it came as far as that. */
function keysInUse(context: object): string[] {
  const { __smithy_context: smithy } = context as {
    __smithy_context?: { selectedHttpAuthScheme?: { identity?: Record<string, unknown> } };
  };
  const { accessKeyId, secretAccessKey, sessionToken } = smithy?.selectedHttpAuthScheme?.identity ?? {};
  return [accessKeyId, secretAccessKey, sessionToken].filter((key) => typeof key === "string");
}
