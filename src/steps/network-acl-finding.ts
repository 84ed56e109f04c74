/** A network ACL to look at. */
import type { NetworkAcl, NetworkAclEntry } from "@aws-sdk/client-ec2";
import { protocolName } from "../flow-logs/protocols.ts";
import type { Finding } from "../lab/narrator.ts";

/** The number that AWS gives to the last rule, the one shown as `*`. */
const LAST_RULE = 32767;

/** Its rules in the order in which they are tried, inbound ones first. */
export function networkAclFinding({ NetworkAclId = "", IsDefault, Entries = [] }: NetworkAcl): Finding {
  const rows = [false, true].flatMap((egress) =>
    Entries.filter((entry) => entry.Egress === egress)
      .sort((a, b) => (a.RuleNumber ?? 0) - (b.RuleNumber ?? 0))
      .map(rowOf),
  );
  return {
    kind: "network-acl",
    title: `Network ACL ${NetworkAclId}${IsDefault ? " (the VPC's default)" : ""}`,
    rows,
  };
}

function rowOf({
  RuleNumber = 0,
  Egress,
  Protocol = "-1",
  CidrBlock,
  Ipv6CidrBlock,
  RuleAction,
}: NetworkAclEntry) {
  return {
    rule: RuleNumber === LAST_RULE ? "*" : String(RuleNumber),
    direction: Egress ? "outbound" : "inbound",
    protocol: Protocol === "-1" ? "all" : protocolName(Number(Protocol)),
    cidr: CidrBlock ?? Ipv6CidrBlock ?? "",
    action: RuleAction ?? "",
  };
}
