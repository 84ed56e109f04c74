/** One component on a packet's way, what it decided and why. */

/**
 * The explanation codes of VPC Reachability Analyzer that a walk can end with, so that a learner can look them up:
 * https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html
 */
export type ExplanationCode =
  | "BAD_STATE"
  | "BAD_STATE_ATTACHMENT"
  | "BAD_STATE_ROUTE"
  | "ENI_SG_RULES_MISMATCH"
  | "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
  | "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
  | "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
  | "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"
  | "IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS"
  | "IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS"
  | "NO_POSSIBLE_DESTINATION"
  | "NO_ROUTE_TO_DESTINATION"
  | "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR"
  | "SG_HAS_NO_RULES"
  | "SUBNET_ACL_RESTRICTION"
  | "UNKNOWN_DESTINATION";

export type HopKind =
  | "source"
  | "security-group-out"
  | "network-acl-out"
  | "route-table"
  | "internet-gateway"
  | "peering-connection"
  | "internet"
  | "network-acl-in"
  | "security-group-in"
  | "destination";

export interface Hop {
  readonly kind: HopKind;
  /** The component that decided: sg-…, acl-…, rtb-…, igw-…, pcx-…, eni-…; "internet". */
  readonly component: string;
  readonly name?: string | undefined;
  readonly verdict: "allowed" | "forwarded" | "dropped" | "denied" | "delivered";
  /** One clause for a person: "rule 100", "best match 0.0.0.0/0; nothing for 10.2.0.0/16". */
  readonly reason: string;
  /** Why it stops here, in the words of VPC Reachability Analyzer's explanation codes; undefined where it goes on. */
  readonly code?: ExplanationCode | undefined;
  /** For a route table: where it sends the packet. */
  readonly target?: string | undefined;
}

/** Whether the packet ends at this hop without having arrived. */
export function stopsAt(hop: Hop): boolean {
  return hop.verdict === "dropped" || hop.verdict === "denied";
}

const PLACES: Record<HopKind, readonly [before: string, after: string]> = {
  source: ["", ""],
  "security-group-out": ["security group ", ", out"],
  "network-acl-out": ["network ACL ", ", out"],
  "route-table": ["route table ", ""],
  "internet-gateway": ["internet gateway ", ""],
  "peering-connection": ["peering connection ", ""],
  internet: ["", ""],
  "network-acl-in": ["network ACL ", ", in"],
  "security-group-in": ["security group ", ", in"],
  destination: ["", ""],
};

/** "security group NextWork-1-SG, out", "route table rtb-0ab1" */
export function placeOf({ kind, name, component }: Hop): string {
  const [before, after] = PLACES[kind];
  return `${before}${name ?? component}${after}`;
}
