import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  GetInstanceProfileCommand,
  type IAMClient,
  ListInstanceProfilesCommand,
  ListInstanceProfilesForRoleCommand,
  RemoveRoleFromInstanceProfileCommand,
} from "@aws-sdk/client-iam";
import { expect, test } from "vitest";
import { embedded } from "../embedded.ts";
import { trusting } from "./documents.ts";

async function profileWithRole(iam: IAMClient): Promise<void> {
  await iam.send(
    new CreateInstanceProfileCommand({
      InstanceProfileName: "p",
      Path: "/lab/",
      Tags: [{ Key: "k", Value: "v" }],
    }),
  );
  for (const name of ["r", "s"])
    await iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trusting("ec2.amazonaws.com") }),
    );
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "r" }));
}

test("a profile shows its role and its tags; lists show no tags", async () => {
  const { iam } = embedded();
  await profileWithRole(iam);
  const { InstanceProfile: profile } = await iam.send(
    new GetInstanceProfileCommand({ InstanceProfileName: "p" }),
  );
  expect(profile?.Arn).toMatch(/^arn:aws:iam::\d{12}:instance-profile\/lab\/p$/);
  expect(profile?.InstanceProfileId).toMatch(/^AIPA[A-Z2-7]{17}$/);
  expect(profile?.Roles?.map((role) => role.RoleName)).toEqual(["r"]);
  expect(profile?.Tags).toEqual([{ Key: "k", Value: "v" }]);
  const listed = await iam.send(new ListInstanceProfilesCommand({ PathPrefix: "/lab/" }));
  expect(listed.InstanceProfiles?.map((one) => [one.InstanceProfileName, one.Tags])).toEqual([
    ["p", undefined],
  ]);
  const ofRole = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: "r" }));
  expect(ofRole.InstanceProfiles?.map((one) => one.InstanceProfileName)).toEqual(["p"]);
  const ofOther = await iam.send(new ListInstanceProfilesForRoleCommand({ RoleName: "s" }));
  expect(ofOther.InstanceProfiles).toEqual([]);
});

test("a profile holds one role, and is not deleted while it does", async () => {
  const { iam } = embedded();
  await profileWithRole(iam);
  await expect(
    iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "s" })),
  ).rejects.toMatchObject({
    name: "LimitExceededException",
    message: "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
  });
  await expect(
    iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: "p" })),
  ).rejects.toMatchObject({
    name: "DeleteConflictException",
    message: "Cannot delete entity, must remove roles from instance profile first.",
  });
  await expect(
    iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "s" })),
  ).rejects.toMatchObject({ name: "NoSuchEntityException" });
  await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "p", RoleName: "r" }));
  await iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: "p" }));
  await expect(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: "p" }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
    message: "Instance Profile p cannot be found.",
    $metadata: { httpStatusCode: 404 },
  });
});

test("a profile is refused by a name that is taken", async () => {
  const { iam } = embedded();
  await profileWithRole(iam);
  await expect(
    iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "P" })),
  ).rejects.toMatchObject({
    name: "EntityAlreadyExistsException",
    message: "Instance Profile P already exists.",
  });
});
