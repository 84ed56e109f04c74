import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  type InstanceProfile,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListInstanceProfilesForRoleCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
  type Role,
  type Tag,
} from "@aws-sdk/client-iam";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, test } from "vitest";
import {
  addRoleToProfile,
  deleteInstanceProfile,
  ensureInstanceProfile,
  findInstanceProfile,
} from "../../src/aws/instance-profile.ts";
import { deletePolicy, ensurePolicy, findPolicy, permissionsPolicy } from "../../src/aws/policy.ts";
import { attachPolicy, deleteRole, ensureRole, findRole, trustPolicy } from "../../src/aws/role.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const iam = mockClient(IAMClient);
const { aws, spec } = mockedLab().lab;
const ACCOUNT = "123456789012";
const ARN = `arn:aws:iam::${ACCOUNT}:policy/NextWorkVPCFlowLogsPolicy`;
const NO_SUCH_ENTITY = refusal("NoSuchEntityException", "it cannot be found");
const FLOW_LOG_ROLE = { trust: trustPolicy("vpc-flow-logs.amazonaws.com"), description: "d" };

function tags(lab: string, region: string) {
  return [
    { Key: "vpclab:lab", Value: lab },
    { Key: "vpclab:region", Value: region },
  ];
}
const OURS = tags("nextwork", "us-east-1");

function role(Tags: Tag[]): { Role: Role } {
  return { Role: { Path: "/", RoleName: "r", RoleId: "AROA", Arn: "arn:r", CreateDate: new Date(0), Tags } };
}

function profile(more: Partial<InstanceProfile>): { InstanceProfile: InstanceProfile } {
  const described = { Path: "/", InstanceProfileName: "p", InstanceProfileId: "AIPA", Arn: "arn:p" };
  return { InstanceProfile: { ...described, CreateDate: new Date(0), Roles: [], ...more } };
}

/** The names of the calls, in order, the reading ones left out. */
function changes(): string[] {
  return iam
    .calls()
    .map((call) => call.args[0].constructor.name.replace(/Command$/, ""))
    .filter((name) => !/^(Get|List)/.test(name));
}

beforeEach(() => {
  iam.reset();
});

describe("a role", () => {
  test("is made with its trust policy and its tags in one call", async () => {
    iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
    iam.on(CreateRoleCommand).resolves({});
    const { outcome } = await ensureRole(aws, spec, "flow-log-role", FLOW_LOG_ROLE);
    expect(outcome).toBe("made");
    const { input } = iam.commandCalls(CreateRoleCommand)[0]?.args[0] ?? {};
    expect(JSON.parse(input?.AssumeRolePolicyDocument ?? "")).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "vpc-flow-logs.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    });
    expect(input?.RoleName).toBe("NextWorkVPCFlowLogsRole");
    expect(input?.Tags).toEqual(
      expect.arrayContaining([...OURS, { Key: "vpclab:part", Value: "flow-log-role" }]),
    );
  });

  test("is found, and not made again", async () => {
    iam.on(GetRoleCommand).resolves(role(OURS));
    expect(await ensureRole(aws, spec, "flow-log-role", FLOW_LOG_ROLE)).toMatchObject({ outcome: "found" });
    expect(changes()).toEqual([]);
  });

  test("that another run made at the same moment is taken over", async () => {
    iam.on(GetRoleCommand).rejectsOnce(NO_SUCH_ENTITY).rejectsOnce(NO_SUCH_ENTITY).resolves(role(OURS));
    iam.on(CreateRoleCommand).rejects(refusal("EntityAlreadyExistsException"));
    const { resource } = await ensureRole(aws, spec, "flow-log-role", FLOW_LOG_ROLE);
    expect(resource.name).toBe("NextWorkVPCFlowLogsRole");
    expect(iam.commandCalls(CreateRoleCommand)).toHaveLength(1);
  });

  test.each([
    ["nobody's", [], /carries no tag vpclab:lab/],
    ["another lab's", tags("other", "us-east-1"), /the lab "other"/],
    ["another Region's", tags("nextwork", "eu-west-3"), /in eu-west-3/],
  ])("of the same name that is %s is left alone", async (_whose, Tags, why) => {
    iam.on(GetRoleCommand).resolves(role(Tags));
    const ensured = ensureRole(aws, spec, "flow-log-role", FLOW_LOG_ROLE);
    await expect(ensured).rejects.toMatchObject({
      code: "not-ours",
      message: expect.stringContaining("NextWorkVPCFlowLogsRole"),
      why: expect.stringMatching(why),
      next: [expect.stringContaining("--lab")],
    });
    expect(changes()).toEqual([]);
  });

  test("gets its policy once IAM knows both", async () => {
    iam.on(AttachRolePolicyCommand).rejectsOnce(NO_SUCH_ENTITY).resolves({});
    await attachPolicy(aws, "r", "arn");
    expect(iam.commandCalls(AttachRolePolicyCommand)).toHaveLength(2);
  });

  test("loses its policies, inline ones and profiles before it is deleted, and is gone when a read says so", async () => {
    iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [{ PolicyArn: "arn:a" }] });
    iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: ["inline"] });
    iam.on(ListInstanceProfilesForRoleCommand).resolves({ InstanceProfiles: [profile({}).InstanceProfile] });
    iam.on(GetRoleCommand).resolvesOnce({}).rejects(NO_SUCH_ENTITY);
    expect(await deleteRole(aws, "r")).toBe("deleted");
    expect(changes()).toEqual([
      "DetachRolePolicy",
      "DeleteRolePolicy",
      "RemoveRoleFromInstanceProfile",
      "DeleteRole",
    ]);
    expect(iam.commandCalls(DetachRolePolicyCommand)[0]?.args[0].input.PolicyArn).toBe("arn:a");
    expect(iam.commandCalls(DeleteRolePolicyCommand)[0]?.args[0].input.PolicyName).toBe("inline");
    expect(iam.commandCalls(GetRoleCommand)).toHaveLength(2);
  });

  test("is stripped again while IAM says that something hangs on it", async () => {
    iam.on(ListAttachedRolePoliciesCommand).resolves({});
    iam.on(ListRolePoliciesCommand).resolves({});
    iam.on(ListInstanceProfilesForRoleCommand).resolves({});
    iam.on(DeleteRoleCommand).rejectsOnce(refusal("DeleteConflictException")).resolves({});
    iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
    expect(await deleteRole(aws, "r")).toBe("deleted");
    expect(iam.commandCalls(ListAttachedRolePoliciesCommand)).toHaveLength(2);
  });

  test("that is not there is absent", async () => {
    iam.on(ListAttachedRolePoliciesCommand).rejects(NO_SUCH_ENTITY);
    expect(await deleteRole(aws, "r")).toBe("absent");
    iam.on(GetRoleCommand).rejects(NO_SUCH_ENTITY);
    expect(await findRole(aws, spec, "instance-role")).toBeUndefined();
  });
});

describe("a policy", () => {
  const actions = ["logs:PutLogEvents"];

  test("is made with its document and its tags, and found by its ARN", async () => {
    iam
      .on(GetPolicyCommand)
      .rejectsOnce(NO_SUCH_ENTITY)
      .resolves({ Policy: { Tags: OURS } });
    iam.on(CreatePolicyCommand).resolves({ Policy: { Arn: ARN } });
    const { resource } = await ensurePolicy(aws, spec, ACCOUNT, {
      document: permissionsPolicy(actions),
      description: "d",
    });
    expect(resource).toEqual({ name: "NextWorkVPCFlowLogsPolicy", arn: ARN });
    const { input } = iam.commandCalls(CreatePolicyCommand)[0]?.args[0] ?? {};
    expect(JSON.parse(input?.PolicyDocument ?? "").Statement).toEqual([
      { Effect: "Allow", Action: actions, Resource: "*" },
    ]);
    expect(input?.Tags).toEqual(expect.arrayContaining(OURS));
    expect(await findPolicy(aws, spec, ACCOUNT)).toEqual(resource);
    expect(iam.commandCalls(GetPolicyCommand)[1]?.args[0].input.PolicyArn).toBe(ARN);
  });

  test("loses its other versions first", async () => {
    iam.on(ListPolicyVersionsCommand).resolves({
      Versions: [
        { VersionId: "v2", IsDefaultVersion: true },
        { VersionId: "v1", IsDefaultVersion: false },
      ],
    });
    iam.on(GetPolicyCommand).rejects(NO_SUCH_ENTITY);
    expect(await deletePolicy(aws, ARN)).toBe("deleted");
    expect(changes()).toEqual(["DeletePolicyVersion", "DeletePolicy"]);
    expect(iam.commandCalls(DeletePolicyVersionCommand)[0]?.args[0].input.VersionId).toBe("v1");
  });

  test("that somebody else's role holds stays, and the error names the role", async () => {
    iam.on(ListPolicyVersionsCommand).resolves({});
    iam.on(DeletePolicyCommand).rejects(refusal("DeleteConflictException"));
    iam.on(ListEntitiesForPolicyCommand).resolves({ PolicyRoles: [{ RoleName: "theirs" }] });
    await expect(deletePolicy(aws, ARN)).rejects.toMatchObject({
      code: "policy-attached",
      message: expect.stringContaining("role theirs"),
    });
    expect(iam.commandCalls(DetachRolePolicyCommand)).toHaveLength(0);
  });

  test("is deleted once IAM has seen that our role let go of it", async () => {
    iam.on(ListPolicyVersionsCommand).resolves({});
    iam.on(DeletePolicyCommand).rejectsOnce(refusal("DeleteConflictException")).resolves({});
    iam.on(GetPolicyCommand).rejects(NO_SUCH_ENTITY);
    expect(await deletePolicy(aws, ARN)).toBe("deleted");
  });

  test("is deleted also where a late read still shows a version that has gone", async () => {
    iam.on(ListPolicyVersionsCommand).resolves({ Versions: [{ VersionId: "v1", IsDefaultVersion: false }] });
    iam.on(DeletePolicyVersionCommand).rejects(NO_SUCH_ENTITY);
    iam.on(GetPolicyCommand).rejects(NO_SUCH_ENTITY);
    expect(await deletePolicy(aws, ARN)).toBe("deleted");
    expect(iam.commandCalls(DeletePolicyCommand)).toHaveLength(1);
  });
});

describe("an instance profile", () => {
  test("is made with its tags, and takes the role once IAM knows both", async () => {
    iam.on(GetInstanceProfileCommand).rejects(NO_SUCH_ENTITY);
    iam.on(CreateInstanceProfileCommand).resolves({});
    iam.on(AddRoleToInstanceProfileCommand).rejectsOnce(NO_SUCH_ENTITY).resolves({});
    const { resource } = await ensureInstanceProfile(aws, spec);
    await addRoleToProfile(aws, resource.name, "NextWorkInstanceRole");
    expect(iam.commandCalls(CreateInstanceProfileCommand)[0]?.args[0].input).toMatchObject({
      InstanceProfileName: "NextWorkInstanceProfile",
      Tags: expect.arrayContaining(OURS),
    });
    expect(iam.commandCalls(AddRoleToInstanceProfileCommand)).toHaveLength(2);
  });

  test("that holds the role by now is as good as given it", async () => {
    iam.on(AddRoleToInstanceProfileCommand).rejects(refusal("LimitExceededException"));
    iam.on(GetInstanceProfileCommand).resolves(profile({ Roles: [{ ...role([]).Role, RoleName: "ours" }] }));
    await addRoleToProfile(aws, "p", "ours");
    await expect(addRoleToProfile(aws, "p", "another")).rejects.toMatchObject({
      name: "LimitExceededException",
    });
  });

  test("of somebody else is left alone", async () => {
    iam.on(GetInstanceProfileCommand).resolves(profile({ Tags: [] }));
    await expect(findInstanceProfile(aws, spec)).rejects.toMatchObject({ code: "not-ours" });
  });

  test("lets go of its role before it is deleted", async () => {
    iam
      .on(GetInstanceProfileCommand)
      .resolvesOnce(profile({ Roles: [{ ...role([]).Role, RoleName: "r" }] }))
      .rejects(NO_SUCH_ENTITY);
    expect(await deleteInstanceProfile(aws, "p")).toBe("deleted");
    expect(changes()).toEqual(["RemoveRoleFromInstanceProfile", "DeleteInstanceProfile"]);
    expect(iam.commandCalls(RemoveRoleFromInstanceProfileCommand)[0]?.args[0].input.RoleName).toBe("r");
    expect(iam.commandCalls(DeleteInstanceProfileCommand)).toHaveLength(1);
    expect(await deleteInstanceProfile(aws, "p")).toBe("absent");
  });

  test("is deleted also where a late read still shows the role that it has let go of", async () => {
    iam
      .on(GetInstanceProfileCommand)
      .resolvesOnce(profile({ Roles: [{ ...role([]).Role, RoleName: "r" }] }))
      .rejects(NO_SUCH_ENTITY);
    iam.on(RemoveRoleFromInstanceProfileCommand).rejects(NO_SUCH_ENTITY);
    expect(await deleteInstanceProfile(aws, "p")).toBe("deleted");
    expect(iam.commandCalls(DeleteInstanceProfileCommand)).toHaveLength(1);
  });
});
