/** ClientToken: the same call made twice, because its answer was lost, makes one resource (AWS-FACTS §6). */
import { createHash } from "node:crypto";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";

/**
 * Makes a resource, or finds the one that this token has made before.
 *
 * @param operation the operation's name: tokens of different operations never meet
 * @param input the whole input; whatever the token is used with again must be the same
 * @param make makes the resource and returns its id; "" where it made nothing, which is not remembered
 * @returns the id of the resource, also if it has been deleted since
 * @throws AwsError `IdempotentParameterMismatch` if the token comes with other parameters
 */
export function once<I extends { ClientToken?: string | undefined }>(
  context: Context,
  operation: string,
  input: I,
  make: () => string,
): string {
  const { ClientToken: token, ...rest } = input;
  if (!token) return make();
  const { clientTokens } = context.region.ec2;
  const key = `${operation} ${token}`;
  const parameters = createHash("sha256").update(JSON.stringify(rest)).digest("hex");
  const remembered = Object.hasOwn(clientTokens, key) ? clientTokens[key] : undefined;
  if (remembered && remembered.parameters !== parameters)
    throw new AwsError(
      "IdempotentParameterMismatch",
      "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
    );
  if (remembered) return remembered.resourceId;
  const resourceId = make();
  if (resourceId !== "") clientTokens[key] = { parameters, resourceId };
  return resourceId;
}
