/** Why AWS would not start an instance, in words, and what helps. */
import { codeOf, LabError } from "./errors.ts";

const AGAIN = "Run the same command again: it goes on from here.";

/** The refusals of RunInstances that a learner can do something about; undefined for any other (AWS-FACTS §2). */
export function launchRefusal(error: unknown, instanceType: string, region: string): LabError | undefined {
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : "";
  const refusal = (what: string, why: string, ...next: string[]) =>
    new LabError(code, what, { why, next, cause: error });
  switch (code) {
    case "InsufficientInstanceCapacity":
      return refusal(
        `AWS has no ${instanceType} to spare in this Availability Zone right now.`,
        "Zones run out of a type for minutes or hours. The Region's other zones were tried, unless something stands in the subnet already; another type or Region usually has room.",
        AGAIN,
        `Or take another type: vpclab up --instance-type ${otherType(instanceType)}`,
        "Or start afresh elsewhere: vpclab teardown, then vpclab up --region <region>",
      );
    case "Unsupported":
      return refusal(
        `This Availability Zone of ${region} does not offer ${instanceType}.`,
        "Not every zone has every type, and the lab's subnets are in this one already.",
        `Take another type: vpclab up --instance-type ${otherType(instanceType)}`,
        `Or vpclab teardown, then vpclab up --instance-type ${instanceType}: it looks for a zone that has it.`,
      );
    case "InvalidParameterCombination":
      if (!/free tier/i.test(message)) return undefined;
      return refusal(
        `Your account's plan does not include ${instanceType}.`,
        "Accounts on the free plan may start only the types that are free for them; those opened since July 2025 have t3.micro instead of t2.micro.",
        `Take another type: vpclab up --instance-type ${otherType(instanceType)}`,
        "See which are free for you: aws ec2 describe-instance-types --filters Name=free-tier-eligible,Values=true --query 'InstanceTypes[].InstanceType'",
      );
    case "VcpuLimitExceeded":
      return refusal(
        `The account may not run that many vCPUs in ${region}.`,
        `AWS counts the vCPUs of everything that runs there: ${message}`,
        "Stop instances that you no longer need, then run the same command again.",
        "Or use another Region: vpclab teardown, then vpclab up --region <region>",
        "Or ask for more under Service Quotas › Amazon EC2 › Running On-Demand Standard instances.",
      );
    case "PendingVerification":
      return refusal(
        "AWS is still checking your new account.",
        "Brand-new accounts may not start instances until AWS has verified them: usually minutes, up to 4 hours.",
        "Wait for AWS's email, then run the same command again: it goes on from here.",
      );
    default:
      return undefined;
  }
}

function otherType(instanceType: string): string {
  return instanceType === "t3.micro" ? "t2.micro" : "t3.micro";
}
