/** Who is asking. */
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { LabError } from "../lab/error.ts";
import type { Aws } from "./clients.ts";

export interface Identity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/** The account and the identity that the credentials belong to. Needs no permission; bad credentials show here. */
export async function whoAmI(aws: Aws): Promise<Identity> {
  const { Account = "", Arn = "" } = await aws.sts.send(new GetCallerIdentityCommand({}));
  // It names folders here and stands in ARNs: whatever answers in AWS's place is to give digits alone.
  if (!/^\d{12}$/.test(Account))
    throw new LabError(
      "bad-account",
      `AWS named no account of twelve digits, but ${JSON.stringify(Account)}.`,
      {
        next: ["See what answers there: aws sts get-caller-identity"],
      },
    );
  return { account: Account, arn: Arn };
}

/** Regions by the beginning of their names that are worlds of their own (IAM guide, ARN format: partitions). */
const PARTITIONS: readonly (readonly [string, string])[] = [
  ["cn-", "aws-cn"],
  ["us-gov-", "aws-us-gov"],
  ["eusc-", "aws-eusc"],
];

/** The first part of every ARN in a Region: China, GovCloud and the European Sovereign Cloud have their own. */
export function partitionOf(region: string): string {
  return PARTITIONS.find(([beginning]) => region.startsWith(beginning))?.[1] ?? "aws";
}
