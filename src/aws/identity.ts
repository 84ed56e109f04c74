/** Who is asking. */
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Aws } from "./clients.ts";

export interface Identity {
  /** Twelve digits. */
  readonly account: string;
  readonly arn: string;
}

/** The account and the identity that the credentials belong to. Needs no permission; bad credentials show here. */
export async function whoAmI(aws: Aws): Promise<Identity> {
  const { Account = "", Arn = "" } = await aws.sts.send(new GetCallerIdentityCommand({}));
  return { account: Account, arn: Arn };
}

/** The first part of every ARN in a Region: China and GovCloud have their own. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
