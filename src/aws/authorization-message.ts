/** EC2 hides why it refuses in an encoded message; who has the permission may have STS decode it. */
import { DecodeAuthorizationMessageCommand, type STSClient } from "@aws-sdk/client-sts";
import type { Pluggable } from "@smithy/types";
import * as v from "valibot";
import { encodedMessage, withoutEncoded } from "./denial.ts";

/** Of the decoded message, what helps. */
const decodedSchema = v.object({
  explicitDeny: v.boolean(),
  matchedStatements: v.optional(
    v.object({ items: v.array(v.object({ statementId: v.optional(v.string()) })) }),
  ),
  context: v.object({ action: v.string(), resource: v.string() }),
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
    const { explicitDeny, matchedStatements, context } = v.parse(decodedSchema, JSON.parse(DecodedMessage));
    const ids = (matchedStatements?.items ?? []).flatMap(({ statementId }) => statementId || []);
    const statements = ids.length > 0 ? ` (statement ${ids.join(", ")})` : "";
    const how = explicitDeny ? `explicitly denied${statements}` : "allowed by no policy";
    return `Decoded: ${context.action} on ${context.resource} is ${how}.`;
  } catch {
    // The refusal that was to be explained is the error to tell; most people may not decode.
    return undefined;
  }
}
