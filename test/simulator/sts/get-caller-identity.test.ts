import { GetUserCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { expect, test } from "vitest";
import { embedded } from "../embedded.ts";

test("the caller is the account's learner, whatever the keys", async () => {
  const { sts, iam } = embedded();
  const identity = await sts.send(new GetCallerIdentityCommand({}));
  expect(identity.Account).toMatch(/^\d{12}$/);
  expect(identity.Arn).toBe(`arn:aws:iam::${identity.Account}:user/learner`);
  const { User: user } = await iam.send(new GetUserCommand({}));
  expect(user).toMatchObject({ UserName: "learner", UserId: identity.UserId, Arn: identity.Arn });
  expect(user?.UserId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  await expect(iam.send(new GetUserCommand({ UserName: "root" }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
    message: "The user with name root cannot be found.",
  });
});
