/** Who a trust policy trusts. AWS refuses a principal that does not exist, so a misspelt service is found at once. */
import { isObject, isStringList, malformed, syntaxError } from "./policy-syntax.ts";

/** Kind ("AWS", "Service", "Federated") → names; `"Principal": "*"` is `{AWS: ["*"]}`. */
export type Principals = Readonly<Record<string, readonly string[]>>;

/**
 * Services that take roles, without `.amazonaws.com`. AWS knows more of them; one that is not listed is refused
 * here as an invalid principal.
 */
const SERVICES = new Set(
  `apigateway application-autoscaling appsync athena autoscaling backup batch bedrock cloudformation cloudtrail
  cloudwatch codebuild codedeploy codepipeline cognito-idp config datasync delivery.logs dlm dms dynamodb ec2
  ecs ecs-tasks edgelambda eks eks-fargate-pods elasticbeanstalk elasticfilesystem elasticloadbalancing
  elasticmapreduce es events export.rds firehose glue guardduty inspector iot kafka kinesis kinesisanalytics
  lambda lex logs monitoring.rds network-firewall opensearchservice pipes pods.eks quicksight rds redshift
  replicator.lambda route53 s3 sagemaker scheduler secretsmanager ses sns spotfleet sqs ssm states
  storagegateway transfer vpc-flow-logs workspaces xray`.split(/\s+/),
);

/** @param knownArns whether an IAM ARN of this account exists */
export function checkPrincipals(principal: unknown, knownArns: (arn: string) => boolean): Principals {
  if (principal === "*") return { AWS: ["*"] };
  if (!isObject(principal) || Object.keys(principal).length === 0) throw syntaxError();
  const principals: Record<string, string[]> = {};
  for (const [kind, value] of Object.entries(principal)) {
    const names = typeof value === "string" ? [value] : value;
    if (!isStringList(names) || names.length === 0) throw syntaxError();
    if (!["AWS", "Service", "Federated", "CanonicalUser"].includes(kind)) throw syntaxError();
    for (const name of names)
      if (!isValid(kind, name, knownArns))
        throw malformed(`Invalid principal in policy: "${kind.toUpperCase()}":"${name}"`);
    principals[kind] = names;
  }
  return principals;
}

function isValid(kind: string, name: string, knownArns: (arn: string) => boolean): boolean {
  if (kind === "Service") {
    const service = /^([a-z0-9.-]+?)(?:\.[a-z]{2}-[a-z]+-\d)?\.amazonaws\.com$/.exec(name)?.[1];
    return service !== undefined && SERVICES.has(service);
  }
  if (kind === "Federated")
    return /^(arn:aws:iam::\d{12}:(saml|oidc)-provider\/.+|[a-z0-9.-]+\.[a-z]+)$/.test(name);
  if (kind === "AWS")
    return (
      name === "*" || /^\d{12}$/.test(name) || /^arn:aws:iam::\d{12}:root$/.test(name) || knownArns(name)
    );
  return false;
}
