/** A resource as people call it. */
import type { ResourceType } from "../lab/spec.ts";

/** Where the type is not what people call it. */
const WORDS: Partial<Record<ResourceType, string>> = {
  "elastic-ip": "Elastic IP",
  "iam-policy": "IAM policy",
  "iam-role": "IAM role",
  natgateway: "NAT gateway",
  "network-acl": "network ACL",
  vpc: "VPC",
  "vpc-endpoint": "VPC endpoint",
  "vpc-flow-log": "flow log",
  "vpc-peering-connection": "peering connection",
};

/** `network interface eni-0ab1 (made by hand)` */
export function titled({ type, id, name }: { type: ResourceType; id: string; name: string }): string {
  const more = name === "" || isName(id, name) ? "" : ` (${name})`;
  return `${WORDS[type] ?? type.replaceAll("-", " ")} ${id}${more}`;
}

/** The id for a table that has the name in its next column: "–" where the name says it already. */
export function idBesideName({ id, name }: { id: string; name: string }): string {
  return isName(id, name) ? "–" : id;
}

/** Log groups and what is IAM's have no other id than their name, or an ARN that ends in it. */
function isName(id: string, name: string): boolean {
  return id === name || id.endsWith(`/${name}`);
}
