/** The one user of the embedded account: whoever signs a request, it is the learner, an administrator. */
import { GetUser$, type GetUserRequest, type GetUserResponse, type User } from "@aws-sdk/client-iam";
import type { Context } from "../context.ts";
import { operation } from "../operation.ts";
import { noSuchEntity } from "./names.ts";

const NAME = "learner";

export interface Learner {
  readonly name: string;
  /** AIDA… */
  readonly id: string;
  readonly arn: string;
  readonly attachedPolicyArns: readonly string[];
}

export function learner(context: Context): Learner {
  return {
    name: NAME,
    id: "AIDAVPCLABLEARNERAAAA",
    arn: `arn:aws:iam::${context.account}:user/${NAME}`,
    attachedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
  };
}

const getUser = operation<GetUserRequest, GetUserResponse>(GetUser$, ["UserName"], (context, input) => {
  const { name, id, arn } = learner(context);
  if (input.UserName !== undefined && input.UserName !== name)
    throw noSuchEntity(`The user with name ${input.UserName} cannot be found.`);
  const user: User = {
    Path: "/",
    UserName: name,
    UserId: id,
    Arn: arn,
    CreateDate: new Date("2026-01-01T00:00:00Z"),
  };
  return { User: user };
});

export const learnerOperations = [getUser];
