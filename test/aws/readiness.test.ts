import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateInternetGatewayCommand,
  CreateVpcCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeInternetGatewaysCommand,
  DescribeRegionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  type EvaluationResult,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  SimulatePrincipalPolicyCommand,
} from "@aws-sdk/client-iam";
import { STSClient } from "@aws-sdk/client-sts";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import {
  lookAtClock,
  lookAtCredentials,
  lookAtRegion,
  refusedInRegion,
} from "../../src/aws/readiness/access.ts";
import { lookForNames } from "../../src/aws/readiness/names.ts";
import { lookForOtherLabs } from "../../src/aws/readiness/other-labs.ts";
import { lookForPermissions } from "../../src/aws/readiness/permissions.ts";
import { lookForNetworks, lookForVcpus, type RoomOptions } from "../../src/aws/readiness/room.ts";
import { mockedLab } from "../steps/lab-context.ts";
import { refusal } from "./refusal.ts";

const ec2 = mockClient(EC2Client);
const iam = mockClient(IAMClient);
const logs = mockClient(CloudWatchLogsClient);
mockClient(STSClient);
const ACCOUNT = "123456789012";

beforeEach(() => {
  for (const mock of [ec2, iam, logs]) mock.reset();
});

const lab = () => mockedLab().lab;
const OURS = [{ Key: "vpclab:lab", Value: "nextwork" }];

const lookForVpcs = async (options?: RoomOptions) => {
  const { aws, spec } = lab();
  return (await lookForNetworks(aws, spec, options))[0];
};
const lookForGateways = async (options?: RoomOptions) => {
  const { aws, spec } = lab();
  return (await lookForNetworks(aws, spec, options))[1];
};

describe("room for VPCs", () => {
  beforeEach(() => void ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}] }));
  const inUse = (others: number, ours: number) =>
    ec2.on(DescribeVpcsCommand).resolves({
      Vpcs: Array.from({ length: others + ours }, (_, index) => ({
        VpcId: `vpc-${index}`,
        ...(index < ours && { Tags: OURS }),
      })),
    });

  it.each([
    [3, 0, undefined, "pass"],
    [4, 0, undefined, "fail"],
    [5, 0, undefined, "fail"],
    // One of the two stands already: one more is needed.
    [3, 1, undefined, "pass"],
    [4, 1, undefined, "fail"],
    [3, 2, undefined, "pass"],
    // More than AWS's default: so this account's quota is another, and not known.
    [8, 0, undefined, "warning"],
    [8, 0, 10, "pass"],
    [9, 0, 10, "fail"],
  ] as const)(
    "with %i of others, %i of the lab and a quota of %s: %s",
    async (others, ours, quota, outcome) => {
      inUse(others, ours);
      expect(await lookForVpcs({ vpcQuota: quota })).toMatchObject({ id: "vpcs", outcome });
    },
  );

  it("says that the quota is AWS's default one", async () => {
    inUse(5, 0);
    const { text, next } = await lookForVpcs();
    expect(text).toContain("5 of 5 VPCs (AWS's default quota)");
    expect(next.join(" ")).toContain("--vpc-quota");
  });

  it("is looked for among the gateways too", async () => {
    inUse(4, 0);
    ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}, {}, {}, {}] });
    expect(await lookForGateways()).toMatchObject({ id: "internet-gateways", outcome: "fail" });
  });

  it("is not judged by AWS's default where more VPCs than that show that the quota is another, of gateways as well", async () => {
    inUse(7, 0);
    ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}, {}, {}, {}, {}] });
    const told = { outcome: "warning", text: expect.stringMatching(/ 5 internet gateways\. .*not known/) };
    expect(await lookForGateways()).toMatchObject(told);
    expect(await lookForGateways({ vpcQuota: 6 })).toMatchObject({ outcome: "fail" });
    expect(await lookForGateways({ vpcQuota: 7 })).toMatchObject({ outcome: "pass" });
  });

  it("is not judged by it where more gateways than that show the same, though few VPCs are left", async () => {
    inUse(4, 0);
    ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}, {}, {}, {}, {}, {}] });
    for (const lookFor of [lookForVpcs, lookForGateways])
      expect(await lookFor()).toMatchObject({
        outcome: "warning",
        text: expect.stringContaining("not known"),
      });
  });

  it("is not judged by it at another endpoint either", async () => {
    inUse(5, 0);
    ec2.on(DescribeInternetGatewaysCommand).resolves({ InternetGateways: [{}, {}, {}, {}, {}] });
    expect(await lookForVpcs({ isQuotaUnknown: true })).toMatchObject({ outcome: "warning" });
    expect(await lookForGateways({ isQuotaUnknown: true })).toMatchObject({ outcome: "warning" });
    inUse(3, 0);
    const { outcome, text } = await lookForVpcs({ isQuotaUnknown: true });
    expect([outcome, text]).toEqual(["pass", "In use in us-east-1: 3 VPCs; the lab needs 2 more."]);
  });

  it("is a warning where it may not be looked at", async () => {
    ec2.on(DescribeVpcsCommand).rejects(refusal("UnauthorizedOperation"));
    expect((await lookForVpcs()).outcome).toBe("warning");
    expect((await lookForGateways()).outcome).toBe("pass");
  });

  it("is no check at all where AWS cannot be reached", async () => {
    ec2.on(DescribeVpcsCommand).rejects(refusal("ECONNREFUSED"));
    await expect(lookForVpcs()).rejects.toThrow();
  });
});

it.each([
  [["t3.micro"], "pass"],
  [["t3.micro", "m5.large"], "warning"],
  // Not of the standard families: under quotas of their own.
  [["inf1.xlarge", "g5.xlarge", "mac1.metal"], "pass"],
] as const)("counts the vCPUs of %o against the standard quota: %s", async (running, outcome) => {
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [{ Instances: running.map((InstanceType) => ({ InstanceType })) }],
  });
  ec2.on(DescribeInstanceTypesCommand).callsFake(({ InstanceTypes }: { InstanceTypes: string[] }) => ({
    InstanceTypes: InstanceTypes.map((InstanceType) => ({
      InstanceType,
      VCpuInfo: { DefaultVCpus: InstanceType === "t2.micro" ? 1 : 2 },
    })),
  }));
  const { aws, spec } = lab();
  expect((await lookForVcpus(aws, spec, "t2.micro")).outcome).toBe(outcome);
});

it("asks for no room for vCPUs that the lab has already", async () => {
  const large = { InstanceType: "m5.2xlarge" as const };
  const ours = { InstanceType: "t2.micro" as const, Tags: OURS };
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [large, ours, ours] }] });
  ec2.on(DescribeInstanceTypesCommand).resolves({
    InstanceTypes: [
      { InstanceType: "m5.2xlarge", VCpuInfo: { DefaultVCpus: 8 } },
      { InstanceType: "t2.micro", VCpuInfo: { DefaultVCpus: 1 } },
    ],
  });
  const { aws, spec } = lab();
  expect((await lookForVcpus(aws, spec, "t2.micro")).outcome).toBe("pass");
});

it("leaves Spot Instances out of the vCPUs in use: their quota is another", async () => {
  const machine = { InstanceType: "m5.large" as const };
  const Instances = [machine, { ...machine, InstanceLifecycle: "spot" as const }];
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] });
  ec2.on(DescribeInstanceTypesCommand).resolves({
    InstanceTypes: [{ ...machine, VCpuInfo: { DefaultVCpus: 2 } }],
  });
  const { aws, spec } = lab();
  expect((await lookForVcpus(aws, spec, "t2.micro")).text).toContain("2 of 5 vCPUs");
});

describe("names", () => {
  beforeEach(() => {
    const none = refusal("NoSuchEntityException");
    for (const command of [GetRoleCommand, GetInstanceProfileCommand, GetPolicyCommand] as const)
      iam.on(command as typeof GetRoleCommand).rejects(none);
    logs.on(DescribeLogGroupsCommand).resolves({});
    logs.on(ListTagsForResourceCommand).rejects(refusal("ResourceNotFoundException"));
  });

  it("are free", async () => {
    const { aws, spec } = lab();
    expect((await lookForNames(aws, spec, ACCOUNT)).outcome).toBe("pass");
  });

  it("are told apart from each other where several are somebody else's", async () => {
    const theirs = { Path: "/", RoleId: "AROA", Arn: "arn", CreateDate: new Date(0), Tags: [] };
    iam.on(GetRoleCommand).callsFake(({ RoleName }: { RoleName: string }) => ({
      Role: { ...theirs, RoleName },
    }));
    const { aws, spec } = lab();
    const { outcome, text, next } = await lookForNames(aws, spec, ACCOUNT);
    expect(outcome).toBe("fail");
    expect(text).toContain("NextWorkInstanceRole");
    expect(text).toContain("NextWorkVPCFlowLogsRole");
    expect(next).toEqual(["Give this lab a name of its own: vpclab up --lab my-lab"]);
  });
});

describe("permissions", () => {
  const DRY_RUN = refusal("DryRunOperation");
  const identity = { account: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:user/ana` };
  const ask = (arn = identity.arn) => {
    const { aws, spec } = lab();
    return lookForPermissions(aws, spec, { ...identity, arn });
  };
  const simulated = (decide: (action: string, resource: string) => Partial<EvaluationResult>) =>
    iam
      .on(SimulatePrincipalPolicyCommand)
      .callsFake(({ ActionNames, ResourceArns }: { ActionNames: string[]; ResourceArns: string[] }) => ({
        EvaluationResults: ActionNames.flatMap((EvalActionName) =>
          ResourceArns.map((EvalResourceName) => ({
            EvalActionName,
            EvalResourceName,
            EvalDecision: "allowed",
            ...decide(EvalActionName, EvalResourceName),
          })),
        ),
      }));
  const sources = () =>
    new Set(
      iam.commandCalls(SimulatePrincipalPolicyCommand).map((call) => call.args[0].input.PolicySourceArn),
    );

  beforeEach(() => {
    ec2.on(CreateVpcCommand).rejects(DRY_RUN);
    ec2.on(CreateInternetGatewayCommand).rejects(DRY_RUN);
    simulated(() => ({}));
  });

  it("are enough where the dry runs and IAM's simulator say so, and nothing is made", async () => {
    expect((await ask()).outcome).toBe("pass");
    for (const command of [CreateVpcCommand, CreateInternetGatewayCommand] as const)
      expect(ec2.commandCalls(command as typeof CreateVpcCommand)[0]?.args[0].input.DryRun).toBe(true);
    expect(sources()).toEqual(new Set([identity.arn]));
  });

  it("lack what a dry run is refused", async () => {
    ec2.on(CreateVpcCommand).rejects(refusal("UnauthorizedOperation"));
    expect(await ask()).toMatchObject({ outcome: "fail", text: expect.stringContaining("ec2:CreateVpc") });
  });

  it("lack what IAM's simulator denies for every example, be it allowed for none of the lab's", async () => {
    simulated((action) => (action === "iam:PassRole" ? { EvalDecision: "implicitDeny" } : {}));
    const { outcome, text, next } = await ask();
    expect(outcome).toBe("fail");
    expect(text).toBe("You may not iam:PassRole.");
    expect(next.join(" ")).toContain("vpclab policy");
  });

  it("do not lack an action that merely does not apply to some of the examples", async () => {
    simulated((action, resource) =>
      action === "ec2:CreateSubnet" && !resource.includes(":subnet/") && !resource.includes(":vpc/")
        ? { EvalDecision: "implicitDeny" }
        : {},
    );
    expect((await ask()).outcome).toBe("pass");
  });

  it("say so where the organization forbids", async () => {
    simulated((action) =>
      action === "ec2:RunInstances"
        ? { EvalDecision: "explicitDeny", OrganizationsDecisionDetail: { AllowedByOrganizations: false } }
        : {},
    );
    expect((await ask()).text).toContain("SCP");
  });

  it("of a session are those of its role, wherever in the tree of paths that is", async () => {
    const path = "/aws-reserved/sso.amazonaws.com/eu-west-3/";
    const Arn = `arn:aws:iam::${ACCOUNT}:role${path}AWSReservedSSO_Admin_0123`;
    iam.on(GetRoleCommand).resolves({
      Role: { Path: path, RoleName: "r", RoleId: "AROA", Arn, CreateDate: new Date(0) },
    });
    await ask(`arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123/ana`);
    expect(sources()).toEqual(new Set([Arn]));
  });

  it("of a session whose role may not be read are asked of the role without a path", async () => {
    iam.on(GetRoleCommand).rejects(refusal("AccessDenied"));
    await ask(`arn:aws:sts::${ACCOUNT}:assumed-role/dev/ana`);
    expect(sources()).toEqual(new Set([`arn:aws:iam::${ACCOUNT}:role/dev`]));
  });

  it.each([
    ["AccessDenied", "may not use IAM's policy simulator"],
    ["NoSuchEntityException", "NoSuchEntityException"],
  ])("are half known where the simulator answers %s", async (code, text) => {
    iam.on(SimulatePrincipalPolicyCommand).rejects(refusal(code));
    expect(await ask()).toMatchObject({ outcome: "warning", text: expect.stringContaining(text) });
  });

  it.each([`arn:aws:iam::${ACCOUNT}:root`, `arn:aws:sts::${ACCOUNT}:federated-user/ana`])(
    "of %s are not simulated",
    async (arn) => {
      expect((await ask(arn)).outcome).toBe("warning");
      expect(sources().size).toBe(0);
    },
  );
});

describe("access", () => {
  it.each([
    [0, "pass"],
    [100_000, "pass"],
    [-400_000, "warning"],
    [400_000, "warning"],
  ] as const)("with a clock that is %i ms off: %s", (offset, outcome) => {
    const { aws } = lab();
    expect(lookAtClock(aws, aws.clock.now() + offset).outcome).toBe(outcome);
  });

  it.each([
    [undefined, "pass"],
    [3 * 3_600_000, "pass"],
    [600_000, "warning"],
  ] as const)("with credentials that last %s ms more: %s", async (lasting, outcome) => {
    const { aws } = lab();
    const expiration = lasting === undefined ? {} : { expiration: new Date(aws.clock.now() + lasting) };
    aws.sts.config.credentials = Object.assign(
      async () => ({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret", ...expiration }),
      { memoized: true, configBound: true, attributed: true } as const,
    );
    expect((await lookAtCredentials(aws, "arn:aws:iam::1:user/ana")).outcome).toBe(outcome);
  });

  const status = (OptInStatus: string) =>
    ec2.on(DescribeRegionsCommand).resolves({ Regions: [{ RegionName: "me-south-1", OptInStatus }] });

  it.each([
    ["opt-in-not-required", "pass"],
    ["opted-in", "pass"],
    ["not-opted-in", "fail"],
  ] as const)("to a Region that is %s: %s", async (optIn, outcome) => {
    status(optIn);
    expect((await lookAtRegion(lab().aws)).outcome).toBe(outcome);
  });

  it("refused in a Region that is closed is told as that, and not as bad credentials", async () => {
    status("not-opted-in");
    const told = await refusedInRegion(refusal("InvalidClientTokenId"), "me-south-1", lab().aws);
    expect(told).toMatchObject({ code: "OptInRequired", message: expect.stringContaining("me-south-1") });
  });

  it.each(["opted-in", "opt-in-not-required"] as const)(
    "refused in a Region that is %s stays",
    async (optIn) => {
      status(optIn);
      const refused = refusal("InvalidClientTokenId");
      expect(await refusedInRegion(refused, "me-south-1", lab().aws)).toBe(refused);
    },
  );

  it("refused everywhere stays what it was", async () => {
    ec2.on(DescribeRegionsCommand).rejects(refusal("AuthFailure"));
    const refused = refusal("InvalidClientTokenId");
    expect(await refusedInRegion(refused, "me-south-1", lab().aws)).toBe(refused);
  });
});

it.each([
  [true, " They cost money while their instances run."],
  [false, ""],
])(
  "tells of other labs by the command that takes them down, each once (billed: %s)",
  async (areBilled, cost) => {
    const tagged = (Value: string) => ({ Tags: [{ Key: "vpclab:lab", Value }] });
    // Somebody may give the tag any value.
    const values = ["nextwork", "class-7", "class-7", "x; reboot"];
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: values.map(tagged) });
    const { aws, spec } = lab();
    const remembered = ["us-east-1", "eu-west-3"].map((region) => ({ lab: "nextwork", region }));
    const { outcome, text, next } = await lookForOtherLabs(aws, spec, remembered, areBilled);
    expect(outcome).toBe("warning");
    expect(text).toBe(
      `Other labs stand, or are remembered as standing: class-7 (us-east-1), nextwork (eu-west-3).${cost}`,
    );
    expect(next).toEqual([
      "vpclab teardown --lab class-7 --region us-east-1",
      "vpclab teardown --lab nextwork --region eu-west-3",
    ]);
  },
);
