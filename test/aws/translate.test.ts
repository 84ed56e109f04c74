import { DescribeVpcsCommand, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { DecodeAuthorizationMessageCommand, STSClient } from "@aws-sdk/client-sts";
import { HttpResponse } from "@smithy/core/protocols";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../src/aws/clients.ts";
import { LabError } from "../../src/aws/errors.ts";
import { launchRefusal } from "../../src/aws/launch-refusal.ts";
import { AnswerLostError } from "../../src/aws/middleware.ts";
import { translate } from "../../src/aws/translate.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { refusal } from "./refusal.ts";

const ENCODED = "Encoded authorization failure message: 4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc_def";
const YOU = "User: arn:aws:iam::123456789012:user/ana is not authorized to perform:";

/** As the program tells it: RunInstances' refusals know the type that was asked for, all others come by translate. */
const told = (code: string, message: string) => {
  const error = refusal(code, message);
  return launchRefusal(error, "t2.micro", "us-west-2") ?? translate(error);
};

describe("every refusal that AWS is known to give", () => {
  /** AWS-FACTS §1, §2, §5 and §6: code, message, what the cause says, what the fix says, the exit code. */
  it.each<[code: string, message: string, why: RegExp, next: RegExp, exitCode?: number]>([
    // Who you are
    [
      "AuthFailure",
      "AWS was not able to validate the provided access credentials",
      /credentials/,
      /clock/,
      4,
    ],
    ["RequestExpired", "Request has expired.", /expired/, /Sign in again/, 4],
    [
      "ExpiredTokenException",
      "The security token included in the request is expired",
      /expired/,
      /Sign in/,
      4,
    ],
    ["ExpiredToken", "The security token included in the request is expired", /expired/, /Sign in/, 4],
    ["UnrecognizedClientException", "The security token is invalid.", /does not accept/, /who you are/, 4],
    ["InvalidClientTokenId", "The security token is invalid.", /does not accept/, /who you are/, 4],
    ["SignatureDoesNotMatch", "Signature expired", /clock/, /clock/, 4],
    ["OptInRequired", "You are not subscribed to this service.", /opted in/, /--region/],
    ["RequestLimitExceeded", "Request limit exceeded.", /more often/, /Wait/],
    ["ThrottlingException", "Rate exceeded", /more often/, /Wait/],
    ["Throttling", "Rate exceeded", /more often/, /Wait/],
    ["ServiceFailure", "The request failed because of an internal error.", /AWS itself failed/, /Wait/],
    ["ServiceUnavailable", "The service is unavailable.", /AWS itself failed/, /Wait/],
    ["ECONNREFUSED", "connect ECONNREFUSED", /reached/, /network/],
    // What you may
    [
      "UnauthorizedOperation",
      `You are not authorized to perform this operation. ${ENCODED}`,
      /No policy/,
      /vpclab policy/,
    ],
    [
      "UnauthorizedOperation",
      `${YOU} ec2:RunInstances on resource: R because no identity-based policy allows the ec2:RunInstances action. ${ENCODED}`,
      /No policy/,
      /vpclab doctor/,
    ],
    [
      "UnauthorizedOperation",
      `${YOU} ec2:RunInstances on resource: R with an explicit deny in a service control policy. ${ENCODED}`,
      /SCP.*Regions/,
      /--region/,
    ],
    [
      "AccessDenied",
      `${YOU} iam:CreateRole on resource: R because no service control policy allows the iam:CreateRole action`,
      /SCP/,
      /organization/,
    ],
    [
      "AccessDenied",
      `${YOU} iam:CreateRole on resource: R with an explicit deny in a resource control policy`,
      /RCP/,
      /organization/,
    ],
    [
      "AccessDenied",
      `${YOU} iam:CreateRole on resource: R because no permissions boundary allows the iam:CreateRole action`,
      /boundary/,
      /widen/,
    ],
    [
      "AccessDenied",
      `${YOU} iam:CreateRole on resource: R because no VPC endpoint policy allows the iam:CreateRole action`,
      /endpoint/,
      /network/,
    ],
    [
      "AccessDeniedException",
      `${YOU} logs:CreateLogGroup on resource: R because no session policy allows the logs:CreateLogGroup action`,
      /session/,
      /--profile/,
    ],
    [
      "AccessDeniedException",
      `${YOU} ssm:SendCommand on resource: R with an explicit deny in an identity-based policy`,
      /expressly/,
      /statement/,
    ],
    [
      "AccessDenied",
      `${YOU} iam:PassRole on resource: R because no identity-based policy allows the iam:PassRole action`,
      /PassRole/,
      /vpclab policy/,
    ],
    // What there is room for
    ["VpcLimitExceeded", "The maximum number of VPCs has been reached.", /5 VPCs/, /quota/],
    [
      "InternetGatewayLimitExceeded",
      "The maximum number of internet gateways has been reached.",
      /gateways/,
      /--region/,
    ],
    [
      "VcpuLimitExceeded",
      "You have requested more vCPU capacity than your current vCPU limit of 1 allows for the instance bucket that the specified instance type belongs to.",
      /limit of 1/,
      /Service Quotas/,
    ],
    [
      "PendingVerification",
      "Your request for accessing resources in this region is being validated",
      /4 hours/,
      /email/,
    ],
    [
      "InsufficientInstanceCapacity",
      "We currently do not have sufficient t2.micro capacity in the Availability Zone you requested (us-west-2a).",
      /run out/,
      /--instance-type/,
    ],
    [
      "Unsupported",
      "Your requested instance type (t2.micro) is not supported in your requested Availability Zone (us-west-2d).",
      /Not every zone/,
      /--instance-type t3.micro/,
    ],
    [
      "InvalidParameterCombination",
      "The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, run 'describe-instance-types' with the filter 'free-tier-eligible=true'.",
      /free plan/,
      /t3\.micro/,
    ],
    [
      "SubnetLimitExceeded",
      "You have reached the limit on the number of subnets.",
      /quota/,
      /Service Quotas/,
    ],
    ["LimitExceeded", "Cannot exceed quota for RolesPerAccount: 1000", /quota/, /Service Quotas/],
    [
      "LimitExceededException",
      "Account maximum query concurrency limit of [30] reached.",
      /quota/,
      /Service Quotas/,
    ],
    // Flow logs
    [
      "InvalidParameter",
      "Unable to assume given IAM role: 'arn:aws:iam::123456789012:role/r'",
      /trust policy/,
      /minute/,
    ],
    [
      "InvalidParameter",
      "LogDestination: arn:aws:logs:us-east-1:1:log-group:x does not exist",
      /log group/,
      /vpclab/,
    ],
    ["400", "Access Denied for LogDestination: x.", /log group/, /vpclab/],
    ["InvalidParameter", "Invalid Flow Log Max Aggregation Interval", /interval/, /vpclab/],
    [
      "FlowLogAlreadyExists",
      "There is an existing Flow Log with the same configuration and log destination.",
      /already/,
      /--lab/,
    ],
    ["InvalidFlowLogId.NotFound", "The flow log ID 'fl-1' does not exist", /not there/, /vpclab up/],
    // Instances and commands
    [
      "InvalidParameterValue",
      "Value (X) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
      /profile/,
      /minute/,
    ],
    ["InvalidParameterValue", 'IAM Instance Profile "arn" has no associated IAM Roles', /profile/, /minute/],
    [
      "IdempotentParameterMismatch",
      "Arguments on this idempotent request are inconsistent",
      /remembers/,
      /again/,
    ],
    ["IdempotentInstanceTerminated", "The instance has been terminated", /terminated/, /again/],
    ["InvalidInstanceId", "Instances [[i-1]] not in a valid state for account 1", /agent/, /status/],
    ["InvocationDoesNotExist", "", /does not show/, /again/],
    // Routes and peering
    ["RouteAlreadyExists", "The route identified by 10.2.0.0/16 already exists.", /another target/, /status/],
    ["VpcPeeringConnectionAlreadyExists", "pcx-1 already exists", /other side/, /Delete/],
    [
      "InvalidStateTransition",
      "Invalid state transition for pcx-1, attempted to transition from failed to deleting",
      /state/,
      /minute/,
    ],
    // Deleting
    [
      "DependencyViolation",
      "The vpc 'vpc-1' has dependencies and cannot be deleted.",
      /GuardDuty/,
      /teardown again/,
    ],
    [
      "DependencyViolation",
      "Network vpc-1 has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.",
      /hangs on it/,
      /teardown/,
    ],
    ["DeleteConflict", "Cannot delete entity, must detach all policies first.", /hangs on/, /Detach/],
    ["DeleteConflictException", "Cannot delete a policy attached to entities.", /hangs on/, /Detach/],
    ["ConcurrentModification", "The request was rejected", /Somebody else/, /minute/],
    [
      "OperationAbortedException",
      "A conflicting operation is currently in progress",
      /Somebody else/,
      /minute/,
    ],
    // Names and ids
    ["EntityAlreadyExists", "Role with name NextWorkInstanceRole already exists.", /already/, /--lab/],
    ["InvalidGroup.Duplicate", "The security group 'x' already exists for VPC 'vpc-1'", /already/, /--lab/],
    ["MalformedPolicyDocument", "Invalid principal in policy", /policy/, /again/],
    ["NoSuchEntity", "The role with name x cannot be found.", /not there/, /vpclab up/],
    ["ResourceNotFoundException", "The specified log group does not exist.", /not there/, /vpclab up/],
    ...[
      "InvalidVpcID.NotFound",
      "InvalidVpcId.NotFound",
      "InvalidSubnetID.NotFound",
      "InvalidGroup.NotFound",
      "InvalidInstanceID.NotFound",
      "InvalidRouteTableID.NotFound",
      "InvalidInternetGatewayID.NotFound",
      "InvalidInternetGateway.NotFound",
      "InvalidVpcPeeringConnectionID.NotFound",
      "InvalidNetworkInterfaceID.NotFound",
      "InvalidRoute.NotFound",
      "InvalidAllocationID.NotFound",
    ].map((code): [string, string, RegExp, RegExp] => [code, "does not exist", /not there/, /vpclab up/]),
    ["InvalidVpcID.Malformed", 'Invalid id: "x"', /no id/, /status/],
    ["InvalidParameterException", "1 validation error detected", /value/, /--debug/],
  ])("%s: %s", (code, message, why, next, exitCode = 1) => {
    const error = told(code, message);
    expect(error).toMatchObject({ code, exitCode });
    expect(error.why).toMatch(why);
    expect(error.next.join(" ")).toMatch(next);
    expect(`${error.message} ${error.why}`).not.toContain("4GIOHl");
  });

  it("keeps AWS's own words where they say something", () => {
    expect(
      told("DependencyViolation", "The vpc 'vpc-1' has dependencies and cannot be deleted.").message,
    ).toBe("DependencyViolation: The vpc 'vpc-1' has dependencies and cannot be deleted.");
  });
});

describe("anything else", () => {
  it("of AWS's is told as AWS's, with its code", () => {
    const error = Object.assign(refusal("SomethingNew", "No."), { $metadata: {} });
    expect(translate(error)).toMatchObject({ code: "SomethingNew", why: "AWS refused a call." });
  });

  it("of ours is called a defect", () => {
    expect(translate(new TypeError("x is not a function")).why).toContain("defect");
  });

  it("that is told already stays as it is", () => {
    const error = new LabError("not-ours", "There is one.");
    expect(translate(error)).toBe(error);
  });

  it("says of a lost answer that the thing may have been made", () => {
    const lost = new AnswerLostError("CreateVpc", new Error("socket hang up"));
    const { code, why, next } = translate(lost);
    expect(code).toBe("AnswerLostError");
    expect(why).toContain("may have been made or not");
    expect(next.join()).toMatch(/same command again/);
  });
});

describe("an encoded message", () => {
  const sts = mockClient(STSClient);
  const decoded = (explicitDeny: boolean, items: object[] = []) => ({
    DecodedMessage: JSON.stringify({
      allowed: false,
      explicitDeny,
      matchedStatements: { items },
      failures: { items: [] },
      context: { action: "ec2:RunInstances", resource: "arn:aws:ec2:us-east-1:1:instance/*", principal: {} },
    }),
  });
  const launch = new RunInstancesCommand({ MinCount: 1, MaxCount: 1 });
  /** An AWS that refuses everything in EC2's way. */
  const refusing = () =>
    connect({
      region: "us-east-1",
      signal: new AbortController().signal,
      embedded: {
        clock: new VirtualClock(),
        credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" },
        requestHandler: {
          handle: async () => ({
            response: new HttpResponse({
              statusCode: 403,
              headers: { "content-type": "text/xml" },
              body: Buffer.from(
                `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>You are not authorized. ${ENCODED}</Message></Error></Errors><RequestID>r</RequestID></Response>`,
              ),
            }),
          }),
        },
      },
    }).ec2;

  beforeEach(() => {
    sts.reset();
  });

  it("is decoded where STS lets us, and names the statement", async () => {
    sts.on(DecodeAuthorizationMessageCommand).resolves(decoded(true, [{ statementId: "NoMachines" }]));
    const error = await refusing()
      .send(launch)
      .catch((thrown: unknown) => thrown);
    expect(translate(error).message).toBe(
      "UnauthorizedOperation: You are not authorized. Decoded: ec2:RunInstances on arn:aws:ec2:us-east-1:1:instance/* is explicitly denied (statement NoMachines).",
    );
    expect(translate(error).why).toContain("expressly");
    expect(sts.commandCalls(DecodeAuthorizationMessageCommand)[0]?.args[0].input.EncodedMessage).toBe(
      "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abc_def",
    );
  });

  it("that nothing allows is told so", async () => {
    sts.on(DecodeAuthorizationMessageCommand).resolves(decoded(false));
    const error = await refusing()
      .send(launch)
      .catch((thrown: unknown) => thrown);
    expect(translate(error).why).toContain("No policy");
  });

  it("stays as it was where STS does not let us, and is not asked about again", async () => {
    sts.on(DecodeAuthorizationMessageCommand).rejects(refusal("AccessDenied"));
    const ec2 = refusing();
    for (const command of [launch, new DescribeVpcsCommand({})]) {
      const error = await ec2.send(command as typeof launch).catch((thrown: unknown) => thrown);
      expect(translate(error).message).toBe("UnauthorizedOperation: You are not authorized.");
    }
    expect(sts.commandCalls(DecodeAuthorizationMessageCommand)).toHaveLength(1);
  });
});
