/** The instance profile that RunInstances names, as far as EC2 sees it by then (AWS-FACTS §1). */
import type { IamInstanceProfileSpecification } from "@aws-sdk/client-ec2";
import type { Context } from "../../context.ts";
import { AwsError } from "../../error.ts";
import {
  findInstanceProfile,
  instanceProfileArn,
  instanceProfileHasPropagated,
  roleIsAssumableBy,
  roleOfInstanceProfile,
} from "../../iam/index.ts";

/**
 * @returns the profile's ARN
 * @throws AwsError InvalidParameterValue while EC2 does not see the profile, or no role in it
 */
export function requireInstanceProfile(context: Context, named: IamInstanceProfileSpecification): string {
  if (named.Arn && named.Name)
    throw new AwsError(
      "InvalidParameterCombination",
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  const profile = findInstanceProfile(context, named.Arn ? { arn: named.Arn } : { name: named.Name });
  if (!profile || !instanceProfileHasPropagated(context, profile)) {
    const [parameter, kind] = named.Arn ? ["arn", "ARN"] : ["name", "name"];
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${named.Arn ?? named.Name}) for parameter iamInstanceProfile.${parameter} is invalid. Invalid IAM Instance Profile ${kind}`,
    );
  }
  const arn = instanceProfileArn(context, profile);
  if (roleOfInstanceProfile(context, profile) === undefined)
    throw new AwsError("InvalidParameterValue", `IAM Instance Profile "${arn}" has no associated IAM Roles`);
  return arn;
}

/** The role whose credentials an instance has now; undefined without a profile, a role in it, or its trust in EC2. */
export function roleOfInstance(context: Context, profileArn: string | undefined): string | undefined {
  const profile = profileArn === undefined ? undefined : findInstanceProfile(context, { arn: profileArn });
  const role = profile && roleOfInstanceProfile(context, profile);
  return role !== undefined && roleIsAssumableBy(context, role, "ec2.amazonaws.com") ? role : undefined;
}
