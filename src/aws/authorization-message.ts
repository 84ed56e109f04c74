/** EC2 hides why it refuses in an encoded message; who has the permission may have STS decode it. */
import { DecodeAuthorizationMessageCommand, type STSClient } from "@aws-sdk/client-sts";
import type { Pluggable } from "@smithy/types";
import * as z from "zod/mini";
import { encodedMessage, withoutEncoded } from "./denial.ts";

/** Of the decoded message, what helps. */
const decodedSchema = z.object({
  explicitDeny: z.boolean(),
  matchedStatements: z.optional(
    z.object({ items: z.array(z.object({ statementId: z.optional(z.string()) })) }),
  ),
  context: z.object({ action: z.string(), resource: z.string() }),
});

/**
 * Puts what STS decodes in the place of the encoded message. Where that is not allowed, or fails, the refusal stays as it
 * was, and is what is thrown in any case.
 */
export function decodeDenials(sts: STSClient): Pluggable<object, object> {
  let mayDecode = true;
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          try {
            return await next(args);
          } catch (error) {
            const encoded = error instanceof Error ? encodedMessage(error.message) : undefined;
            if (mayDecode && encoded !== undefined && error instanceof Error) {
              const decoded = await decode(sts, encoded);
              mayDecode = decoded !== undefined;
              if (decoded !== undefined) error.message = `${withoutEncoded(error.message)} ${decoded}`;
            }
            throw error;
          }
        },
        { step: "initialize", name: "decodeDenials" },
      );
    },
  };
}

/** @returns a sentence; undefined where STS does not say */
async function decode(sts: STSClient, EncodedMessage: string): Promise<string | undefined> {
  try {
    const { DecodedMessage = "" } = await sts.send(new DecodeAuthorizationMessageCommand({ EncodedMessage }));
    const { explicitDeny, matchedStatements, context } = decodedSchema.parse(JSON.parse(DecodedMessage));
    const ids = (matchedStatements?.items ?? []).flatMap(({ statementId }) => statementId || []);
    const statements = ids.length > 0 ? ` (statement ${ids.join(", ")})` : "";
    const how = explicitDeny ? `explicitly denied${statements}` : "allowed by no policy";
    return `Decoded: ${context.action} on ${context.resource} is ${how}.`;
  } catch {
    // The refusal that was to be explained is the error to tell; most people may not decode.
    return undefined;
  }
}
