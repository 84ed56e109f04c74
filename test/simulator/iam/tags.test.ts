import {
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  type IAMClient,
  ListInstanceProfileTagsCommand,
  ListPolicyTagsCommand,
  ListRoleTagsCommand,
  type Tag,
  TagInstanceProfileCommand,
  TagPolicyCommand,
  TagRoleCommand,
  UntagInstanceProfileCommand,
  UntagPolicyCommand,
  UntagRoleCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import { embedded } from "../embedded.ts";
import { FLOW_LOGS, FLOW_LOGS_POLICY, trusting } from "./documents.ts";

async function tagged(iam: IAMClient) {
  await iam.send(new CreateRoleCommand({ RoleName: "x", AssumeRolePolicyDocument: trusting(FLOW_LOGS) }));
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "x" }));
  const { Policy: policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: "x", PolicyDocument: FLOW_LOGS_POLICY }),
  );
  const role = { RoleName: "x" };
  const arn = { PolicyArn: policy?.Arn };
  const profile = { InstanceProfileName: "x" };
  return {
    role: {
      tag: (Tags: Tag[]) => iam.send(new TagRoleCommand({ ...role, Tags })),
      untag: (TagKeys: string[]) => iam.send(new UntagRoleCommand({ ...role, TagKeys })),
      list: (input = {}) => iam.send(new ListRoleTagsCommand({ ...role, ...input })),
    },
    policy: {
      tag: (Tags: Tag[]) => iam.send(new TagPolicyCommand({ ...arn, Tags })),
      untag: (TagKeys: string[]) => iam.send(new UntagPolicyCommand({ ...arn, TagKeys })),
      list: (input = {}) => iam.send(new ListPolicyTagsCommand({ ...arn, ...input })),
    },
    profile: {
      tag: (Tags: Tag[]) => iam.send(new TagInstanceProfileCommand({ ...profile, Tags })),
      untag: (TagKeys: string[]) => iam.send(new UntagInstanceProfileCommand({ ...profile, TagKeys })),
      list: (input = {}) => iam.send(new ListInstanceProfileTagsCommand({ ...profile, ...input })),
    },
  };
}

describe.each(["role", "policy", "profile"] as const)("the tags of a %s", (kind) => {
  test("are added, replaced, listed in pages and taken away", async () => {
    const { iam } = embedded();
    const { [kind]: resource } = await tagged(iam);
    await resource.tag([
      { Key: "Name", Value: "x" },
      { Key: "vpclab:lab", Value: "nextwork" },
    ]);
    await resource.tag([{ Key: "NAME", Value: "y" }]);
    await resource.tag([{ Key: "Name", Value: "" }]);
    expect((await resource.list()).Tags).toEqual([
      { Key: "Name", Value: "" },
      { Key: "vpclab:lab", Value: "nextwork" },
    ]);
    const first = await resource.list({ MaxItems: 1 });
    expect(first).toMatchObject({ IsTruncated: true, Tags: [{ Key: "Name", Value: "" }] });
    expect((await resource.list({ MaxItems: 1, Marker: first.Marker })).Tags).toEqual([
      { Key: "vpclab:lab", Value: "nextwork" },
    ]);
    await resource.untag(["name", "never-there"]);
    expect((await resource.list()).Tags).toEqual([{ Key: "vpclab:lab", Value: "nextwork" }]);
  });
});

test("tags that AWS does not allow are refused, and change nothing", async () => {
  const { iam } = embedded();
  const { role } = await tagged(iam);
  await expect(
    role.tag([
      { Key: "a", Value: "1" },
      { Key: "A", Value: "2" },
    ]),
  ).rejects.toMatchObject({
    name: "InvalidInputException",
    message: "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
  });
  await expect(role.tag([{ Key: "aws:x", Value: "1" }])).rejects.toThrow("cannot use aws: prefix");
  await expect(role.tag([{ Key: "k<>", Value: "1" }])).rejects.toMatchObject({ name: "ValidationError" });
  await expect(
    role.tag(Array.from({ length: 51 }, (_, index) => ({ Key: `k${index}`, Value: "v" }))),
  ).rejects.toMatchObject({ name: "LimitExceededException" });
  expect((await role.list()).Tags).toEqual([]);
});
