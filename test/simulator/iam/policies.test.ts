import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyVersionsCommand,
  SetDefaultPolicyVersionCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import { embedded } from "../embedded.ts";
import { allowing, FLOW_LOGS, FLOW_LOGS_POLICY, trusting } from "./documents.ts";

const NAME = "NextWorkVPCFlowLogsPolicy";
const SSM_CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";

async function createPolicy(iam: IAMClient, name = NAME, document = FLOW_LOGS_POLICY): Promise<string> {
  const { Policy: policy } = await iam.send(
    new CreatePolicyCommand({ PolicyName: name, PolicyDocument: document }),
  );
  return policy?.Arn ?? "";
}

async function createRole(iam: IAMClient, name: string): Promise<void> {
  await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: trusting(FLOW_LOGS) }));
}

describe("policies", () => {
  test("come back as they were made, their document by version", async () => {
    const { iam } = embedded();
    const { Policy: created } = await iam.send(
      new CreatePolicyCommand({
        PolicyName: NAME,
        Path: "/lab/",
        PolicyDocument: FLOW_LOGS_POLICY,
        Description: "what flow logs need",
        Tags: [{ Key: "vpclab:lab", Value: "nextwork" }],
      }),
    );
    expect(created?.Arn).toMatch(new RegExp(`^arn:aws:iam::\\d{12}:policy/lab/${NAME}$`));
    expect(created?.PolicyId).toMatch(/^ANPA[A-Z2-7]{17}$/);
    const { Policy: policy } = await iam.send(new GetPolicyCommand({ PolicyArn: created?.Arn }));
    expect(policy).toMatchObject({
      PolicyName: NAME,
      DefaultVersionId: "v1",
      AttachmentCount: 0,
      IsAttachable: true,
      Description: "what flow logs need",
      Tags: [{ Key: "vpclab:lab", Value: "nextwork" }],
    });
    const { PolicyVersion: version } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: created?.Arn, VersionId: "v1" }),
    );
    expect(decodeURIComponent(version?.Document ?? "")).toBe(FLOW_LOGS_POLICY);
  });

  test("are refused by a name that is taken, and found missing by ARN", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    await expect(createPolicy(iam, NAME)).rejects.toMatchObject({
      name: "EntityAlreadyExistsException",
      message: `A policy called ${NAME} already exists. Duplicate names are not allowed.`,
    });
    await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
    for (const command of [
      new GetPolicyCommand({ PolicyArn: arn }),
      new DeletePolicyCommand({ PolicyArn: arn }),
    ])
      await expect(iam.send(command as GetPolicyCommand)).rejects.toMatchObject({
        name: "NoSuchEntityException",
        message: `Policy ${arn} was not found.`,
        $metadata: { httpStatusCode: 404 },
      });
    for (const none of [NAME, "constructor"])
      await expect(iam.send(new DeletePolicyCommand({ PolicyArn: none }))).rejects.toMatchObject({
        name: "InvalidInputException",
        message: `ARN ${none} is not valid.`,
      });
  });

  test("are listed by scope, attachment, path and page, without description and tags", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    const names = async (input: object) =>
      (await iam.send(new ListPoliciesCommand(input))).Policies?.map((policy) => policy.PolicyName) ?? [];
    expect(await names({ Scope: "Local" })).toEqual([NAME]);
    expect(await names({ Scope: "AWS" })).toContain("AmazonSSMManagedInstanceCore");
    expect(await names({ Scope: "AWS" })).not.toContain(NAME);
    expect(await names({})).toEqual(expect.arrayContaining([NAME, "AmazonSSMManagedInstanceCore"]));
    expect(await names({ PathPrefix: "/none/" })).toEqual([]);
    expect(await names({ Scope: "Local", OnlyAttached: true })).toEqual([]);
    await createRole(iam, "r");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: arn }));
    expect(await names({ Scope: "Local", OnlyAttached: true })).toEqual([NAME]);
    for (const filter of [{ Scope: "Mine" }, { PolicyUsageFilter: "Any" }])
      await expect(names(filter)).rejects.toThrow("Member must satisfy enum value set: [");
    const all = await names({});
    const paged: string[] = [];
    let marker: string | undefined;
    do {
      const page = await iam.send(
        new ListPoliciesCommand({ MaxItems: 3, ...(marker && { Marker: marker }) }),
      );
      paged.push(...(page.Policies ?? []).map((policy) => policy.PolicyName ?? ""));
      expect(page.Policies?.every((policy) => !policy.Tags && !policy.Description)).toBe(true);
      marker = page.Marker;
    } while (marker);
    expect(paged).toEqual(all);
  });

  test("are not deleted while attached or while they have other versions", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    await createRole(iam, "r");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: arn }));
    await iam.send(new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: allowing("logs:*") }));
    const refused = async (message: string) =>
      expect(iam.send(new DeletePolicyCommand({ PolicyArn: arn }))).rejects.toMatchObject({
        name: "DeleteConflictException",
        message,
        $metadata: { httpStatusCode: 409 },
      });
    await refused("Cannot delete a policy attached to entities.");
    await iam.send(new DetachRolePolicyCommand({ RoleName: "r", PolicyArn: arn }));
    await refused(
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    );
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: "v2" }));
    await iam.send(new DeletePolicyCommand({ PolicyArn: arn }));
  });

  test("of AWS are there to attach and to read, not to delete or change", async () => {
    const { iam } = embedded();
    await createRole(iam, "r");
    await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: SSM_CORE }));
    const { PolicyVersion: version } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: SSM_CORE, VersionId: "v1" }),
    );
    expect(JSON.parse(decodeURIComponent(version?.Document ?? "")).Statement[0].Action).toContain(
      "ssmmessages:OpenControlChannel",
    );
    for (const command of [
      new DeletePolicyCommand({ PolicyArn: SSM_CORE }),
      new CreatePolicyVersionCommand({ PolicyArn: SSM_CORE, PolicyDocument: FLOW_LOGS_POLICY }),
    ])
      await expect(iam.send(command as DeletePolicyCommand)).rejects.toMatchObject({
        name: "AccessDenied",
        $metadata: { httpStatusCode: 403 },
      });
  });
});

describe("policy versions", () => {
  test("are at most five, numbered on, newest first; the one in force stays", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    const add = (input = {}) =>
      iam.send(
        new CreatePolicyVersionCommand({ PolicyArn: arn, PolicyDocument: allowing("logs:*"), ...input }),
      );
    for (let count = 0; count < 4; count++) await add();
    await expect(add()).rejects.toMatchObject({
      name: "LimitExceededException",
      message:
        "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
    });
    await iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: "v5" }));
    expect((await add({ SetAsDefault: true })).PolicyVersion).toMatchObject({
      VersionId: "v6",
      IsDefaultVersion: true,
    });
    const { Versions: versions } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn: arn }));
    expect(versions?.map((version) => version.VersionId)).toEqual(["v6", "v4", "v3", "v2", "v1"]);
    await expect(
      iam.send(new DeletePolicyVersionCommand({ PolicyArn: arn, VersionId: "v6" })),
    ).rejects.toMatchObject({
      name: "DeleteConflictException",
      message: "Cannot delete the default version of a policy.",
    });
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn: arn, VersionId: "v2" }));
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy?.DefaultVersionId).toBe("v2");
    await expect(
      iam.send(new GetPolicyVersionCommand({ PolicyArn: arn, VersionId: "v5" })),
    ).rejects.toMatchObject({
      name: "NoSuchEntityException",
      message: `Policy ${arn} version v5 does not exist or is not attachable.`,
    });
  });
});

describe("attachments", () => {
  test("are listed from both sides, and attaching twice is attaching once", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    await createRole(iam, "r");
    for (const policy of [SSM_CORE, arn, arn])
      await iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: policy }));
    const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "r" }));
    expect(attached.AttachedPolicies).toEqual([
      { PolicyName: NAME, PolicyArn: arn },
      { PolicyName: "AmazonSSMManagedInstanceCore", PolicyArn: SSM_CORE },
    ]);
    const holders = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: arn }));
    expect(holders).toMatchObject({ PolicyGroups: [], PolicyUsers: [], IsTruncated: false });
    expect(holders.PolicyRoles?.map((role) => role.RoleName)).toEqual(["r"]);
    const ofUsers = await iam.send(
      new ListEntitiesForPolicyCommand({ PolicyArn: arn, EntityFilter: "User" }),
    );
    expect(ofUsers.PolicyRoles).toEqual([]);
    const unknown = { PolicyArn: arn, EntityFilter: "Robot" as "User" };
    await expect(iam.send(new ListEntitiesForPolicyCommand(unknown))).rejects.toThrow("enum value set");
    expect((await iam.send(new GetPolicyCommand({ PolicyArn: arn }))).Policy?.AttachmentCount).toBe(1);
  });

  test("of what is not there are refused", async () => {
    const { iam } = embedded();
    const arn = await createPolicy(iam);
    await createRole(iam, "r");
    const missing = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCor";
    await expect(
      iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: missing })),
    ).rejects.toMatchObject({
      name: "NoSuchEntityException",
      message: `Policy ${missing} does not exist or is not attachable.`,
    });
    await expect(iam.send(new AttachRolePolicyCommand({ RoleName: "s", PolicyArn: arn }))).rejects.toThrow(
      "The role with name s cannot be found.",
    );
    await expect(
      iam.send(new DetachRolePolicyCommand({ RoleName: "r", PolicyArn: arn })),
    ).rejects.toMatchObject({ name: "NoSuchEntityException", message: `Policy ${arn} was not found.` });
  });

  test("are at most ten a role", async () => {
    const { iam } = embedded();
    await createRole(iam, "r");
    for (let index = 0; index < 10; index++)
      await iam.send(
        new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: await createPolicy(iam, `p${index}`) }),
      );
    await expect(
      iam.send(new AttachRolePolicyCommand({ RoleName: "r", PolicyArn: SSM_CORE })),
    ).rejects.toMatchObject({
      name: "LimitExceededException",
      message: "Cannot exceed quota for PoliciesPerRole: 10",
      $metadata: { httpStatusCode: 409 },
    });
  });
});
