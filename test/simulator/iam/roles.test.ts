import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";
import { describe, expect, test } from "vitest";
import { embedded } from "../embedded.ts";
import { allowing, FLOW_LOGS, FLOW_LOGS_POLICY, trusting } from "./documents.ts";

const NAME = "NextWorkVPCFlowLogsRole";

function createRole(iam: IAMClient, name = NAME, document = trusting(FLOW_LOGS)) {
  return iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: document }));
}

describe("roles", () => {
  test("come back as they were made, their trust policy URL-encoded", async () => {
    const { iam, clock } = embedded();
    const document = trusting(FLOW_LOGS, { StringEquals: { "aws:SourceAccount": "(it's*me!)" } });
    const { Role: created } = await iam.send(
      new CreateRoleCommand({
        RoleName: NAME,
        Path: "/lab/",
        AssumeRolePolicyDocument: document,
        Description: "delivers flow logs",
        Tags: [{ Key: "vpclab:lab", Value: "nextwork" }],
      }),
    );
    expect(created?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(created?.Arn).toMatch(new RegExp(`^arn:aws:iam::\\d{12}:role/lab/${NAME}$`));
    expect(created?.CreateDate).toEqual(new Date(clock.now()));
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: NAME }));
    expect(role).toMatchObject({
      RoleName: NAME,
      RoleId: created?.RoleId,
      Path: "/lab/",
      Description: "delivers flow logs",
      MaxSessionDuration: 3600,
      Tags: [{ Key: "vpclab:lab", Value: "nextwork" }],
    });
    const encoded = role?.AssumeRolePolicyDocument ?? "";
    expect(encoded).toMatch(/^[A-Za-z0-9\-_.~%]+$/);
    expect(decodeURIComponent(encoded)).toBe(document);
  });

  test("are listed in pages, by path, without tags", async () => {
    const { iam } = embedded();
    for (const name of ["c", "a", "b"])
      await iam.send(
        new CreateRoleCommand({
          RoleName: name,
          Path: name === "b" ? "/other/" : "/lab/",
          AssumeRolePolicyDocument: trusting("ec2.amazonaws.com"),
          Tags: [{ Key: "k", Value: "v" }],
        }),
      );
    const first = await iam.send(new ListRolesCommand({ MaxItems: 2 }));
    expect(first.Roles?.map((role) => role.RoleName)).toEqual(["a", "b"]);
    expect(first.Roles?.[0]?.Tags).toBeUndefined();
    expect(first.IsTruncated).toBe(true);
    await iam.send(new DeleteRoleCommand({ RoleName: "b" }));
    const second = await iam.send(new ListRolesCommand({ MaxItems: 2, Marker: first.Marker }));
    expect(second.Roles?.map((role) => role.RoleName)).toEqual(["c"]);
    expect(second).toMatchObject({ IsTruncated: false });
    expect(second.Marker).toBeUndefined();
    const lab = await iam.send(new ListRolesCommand({ PathPrefix: "/lab/" }));
    expect(lab.Roles?.map((role) => role.RoleName)).toEqual(["a", "c"]);
    await expect(iam.send(new ListRolesCommand({ Marker: "AAAA" }))).rejects.toMatchObject({
      name: "ValidationError",
      message: "Invalid Marker.",
    });
  });

  test("are refused by a name that is taken, in any case, or not a name", async () => {
    const { iam } = embedded();
    await createRole(iam);
    for (const name of [NAME, NAME.toLowerCase()])
      await expect(createRole(iam, name)).rejects.toMatchObject({
        name: "EntityAlreadyExistsException",
        message: `Role with name ${name} already exists.`,
        $metadata: { httpStatusCode: 409 },
      });
    await expect(createRole(iam, "no spaces")).rejects.toMatchObject({
      name: "ValidationError",
      message:
        "1 validation error detected: Value 'no spaces' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    });
    await expect(createRole(iam, "x".repeat(65))).rejects.toThrow("have length less than or equal to 64");
  });

  test("that do not exist are NoSuchEntity, even by a name that every object has", async () => {
    const { iam } = embedded();
    for (const name of ["nobody", "constructor"])
      for (const command of [
        new GetRoleCommand({ RoleName: name }),
        new DeleteRoleCommand({ RoleName: name }),
        new UpdateRoleCommand({ RoleName: name, Description: "x" }),
      ])
        await expect(iam.send(command as GetRoleCommand)).rejects.toMatchObject({
          name: "NoSuchEntityException",
          message: `The role with name ${name} cannot be found.`,
          $metadata: { httpStatusCode: 404 },
        });
  });

  test("are not deleted while anything holds on to them, told in AWS's words", async () => {
    const { iam } = embedded();
    await createRole(iam, NAME, trusting("ec2.amazonaws.com"));
    const arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore";
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: "p" }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName: "p", RoleName: NAME }));
    await iam.send(new AttachRolePolicyCommand({ RoleName: NAME, PolicyArn: arn }));
    await iam.send(
      new PutRolePolicyCommand({ RoleName: NAME, PolicyName: "in", PolicyDocument: FLOW_LOGS_POLICY }),
    );
    const refused = async (why: string) =>
      expect(iam.send(new DeleteRoleCommand({ RoleName: NAME }))).rejects.toMatchObject({
        name: "DeleteConflictException",
        message: `Cannot delete entity, must ${why} first.`,
        $metadata: { httpStatusCode: 409 },
      });
    await refused("remove roles from instance profile");
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName: "p", RoleName: NAME }));
    await refused("detach all policies");
    await iam.send(new DetachRolePolicyCommand({ RoleName: NAME, PolicyArn: arn }));
    await refused("delete policies");
    await iam.send(new DeleteRolePolicyCommand({ RoleName: NAME, PolicyName: "in" }));
    await iam.send(new DeleteRoleCommand({ RoleName: NAME }));
    expect((await iam.send(new ListRolesCommand({}))).Roles).toEqual([]);
  });

  test("change description, session and trust", async () => {
    const { iam } = embedded();
    await createRole(iam);
    await iam.send(new UpdateRoleCommand({ RoleName: NAME, Description: "new", MaxSessionDuration: 7200 }));
    const document = trusting("ec2.amazonaws.com");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: NAME, PolicyDocument: document }));
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: NAME }));
    expect(role).toMatchObject({ Description: "new", MaxSessionDuration: 7200 });
    expect(decodeURIComponent(role?.AssumeRolePolicyDocument ?? "")).toBe(document);
    await expect(iam.send(new UpdateRoleCommand({ RoleName: NAME, MaxSessionDuration: 60 }))).rejects.toThrow(
      "greater than or equal to 3600",
    );
    const long = new UpdateRoleCommand({ RoleName: NAME, Description: "x".repeat(1001) });
    await expect(iam.send(long)).rejects.toThrow("have length less than or equal to 1000");
  });
});

describe("inline role policies", () => {
  test("are put, replaced, read, listed and deleted", async () => {
    const { iam } = embedded();
    await createRole(iam);
    for (const [name, document] of [
      ["b", FLOW_LOGS_POLICY],
      ["a", allowing("s3:*")],
      ["b", allowing("logs:*")],
    ] as const)
      await iam.send(
        new PutRolePolicyCommand({ RoleName: NAME, PolicyName: name, PolicyDocument: document }),
      );
    const listed = await iam.send(new ListRolePoliciesCommand({ RoleName: NAME }));
    expect(listed.PolicyNames).toEqual(["a", "b"]);
    const read = await iam.send(new GetRolePolicyCommand({ RoleName: NAME, PolicyName: "b" }));
    expect(decodeURIComponent(read.PolicyDocument ?? "")).toBe(allowing("logs:*"));
    await iam.send(new DeleteRolePolicyCommand({ RoleName: NAME, PolicyName: "b" }));
    for (const command of [
      new GetRolePolicyCommand({ RoleName: NAME, PolicyName: "b" }),
      new DeleteRolePolicyCommand({ RoleName: NAME, PolicyName: "b" }),
    ])
      await expect(iam.send(command as GetRolePolicyCommand)).rejects.toMatchObject({
        name: "NoSuchEntityException",
        message: "The role policy with name b cannot be found.",
      });
  });

  test("are no more than 10,240 characters together, white space not counted", async () => {
    const { iam } = embedded();
    await createRole(iam);
    const big = allowing(Array.from({ length: 300 }, (_, i) => `logs:Put${String(i).padStart(8, "0")}`));
    await iam.send(new PutRolePolicyCommand({ RoleName: NAME, PolicyName: "a", PolicyDocument: big }));
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName: NAME, PolicyName: "b", PolicyDocument: big })),
    ).rejects.toMatchObject({
      name: "LimitExceededException",
      message: `Maximum policy size of 10240 bytes exceeded for role ${NAME}`,
    });
    await iam.send(
      new PutRolePolicyCommand({
        RoleName: NAME,
        PolicyName: "b",
        PolicyDocument: allowing("s3:*") + " ".repeat(9000),
      }),
    );
  });
});
