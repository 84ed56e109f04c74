/** Answers that are not AWS's: a page of HTML, say, from which the SDK reads neither a result nor a code. */
import { LabError } from "../lab/error.ts";
import { CHECK_ENDPOINT, GO_ON, NAME_PROXY, proxyWantsCredentials } from "./translations.ts";

/** @returns undefined for an error in which AWS itself speaks, or nobody */
export function strangeAnswer(error: unknown): LabError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number; requestId?: string } };
  const status = $metadata?.httpStatusCode;
  const isStrange = /^Unknown(Error)?$/.test(error.name) || /Deserialization error/.test(error.message);
  // AWS gives each request an id.
  if (!isStrange || status === undefined || $metadata?.requestId !== undefined) return undefined;
  if (status >= 500)
    return new LabError("not-aws", `What answered failed, and not in AWS's words (HTTP ${status}).`, {
      why: "AWS itself or a proxy in between is out of order; it was asked several times.",
      next: ["Wait some minutes. See https://health.aws.amazon.com/.", CHECK_ENDPOINT, GO_ON],
      cause: error,
    });
  const { why, next } =
    status === 407
      ? proxyWantsCredentials
      : {
          why: "It came from something in between: a proxy, a company's filter, or the page on which a network wants you to sign in.",
          next: [
            "Open a web page in a browser, and sign in to the network if it asks.",
            NAME_PROXY,
            CHECK_ENDPOINT,
            GO_ON,
          ],
        };
  return new LabError("not-aws", `What answered is not AWS (HTTP ${status}).`, { why, next, cause: error });
}
