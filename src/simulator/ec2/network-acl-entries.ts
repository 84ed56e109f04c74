/** The numbered entries of network ACLs: the lowest that matches decides, and a final `*` denies the rest. */
import {
  CreateNetworkAclEntry$,
  type CreateNetworkAclEntryRequest,
  DeleteNetworkAclEntry$,
  type DeleteNetworkAclEntryRequest,
  type NetworkAclEntry,
  ReplaceNetworkAclEntry$,
  type ReplaceNetworkAclEntryRequest,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { requireBlock } from "./cidr.ts";
import { quotasOf } from "./quotas.ts";
import { find, NETWORK_ACL } from "./resources.ts";
import type { NetworkAclEntryState, NetworkAclState } from "./state.ts";

/** The highest number that a caller may use. */
const LAST_RULE_NUMBER = 32_766;

/** How the final `*` is numbered. */
const FINAL_RULE_NUMBER = 32_767;

/** The final `*` of one direction: in every network ACL, not to be changed. */
export function finalEntry(egress: boolean): NetworkAclEntryState {
  return { ruleNumber: FINAL_RULE_NUMBER, egress, ruleAction: "deny", protocol: "-1", cidr: "0.0.0.0/0" };
}

/** All entries, the final ones included: outbound before inbound, each by number, as AWS lists them. */
export function describeEntries(acl: NetworkAclState): NetworkAclEntry[] {
  return [true, false].flatMap((egress) =>
    [...acl.entries.filter((entry) => entry.egress === egress), finalEntry(egress)]
      .sort((a, b) => a.ruleNumber - b.ruleNumber)
      .map((entry) => ({
        RuleNumber: entry.ruleNumber,
        Egress: entry.egress,
        RuleAction: entry.ruleAction,
        Protocol: entry.protocol,
        CidrBlock: entry.cidr,
        PortRange: entry.portRange && { From: entry.portRange.from, To: entry.portRange.to },
        IcmpTypeCode: entry.icmpTypeCode && { Type: entry.icmpTypeCode.type, Code: entry.icmpTypeCode.code },
      })),
  );
}

function createNetworkAclEntry(context: Context, input: CreateNetworkAclEntryRequest): object {
  const acl = find(context, NETWORK_ACL, input.NetworkAclId);
  const entry = requestedEntry(input);
  const present = acl.entries[indexOf(acl, entry)];
  // [U] The same entry once more: success or NetworkAclEntryAlreadyExists, as with routes (AWS-FACTS §1).
  if (present && JSON.stringify(present) === JSON.stringify(entry)) return {};
  if (present)
    throw new AwsError(
      "NetworkAclEntryAlreadyExists",
      `The network acl entry identified by ${entry.ruleNumber} already exists.`,
    );
  const others = acl.entries.filter((other) => other.egress === entry.egress);
  if (others.length >= quotasOf(context).entriesPerNetworkAcl)
    throw new AwsError(
      "NetworkAclEntryLimitExceeded",
      "The maximum number of network acl entries has been reached.",
    );
  acl.entries.push(entry);
  return {};
}

function replaceNetworkAclEntry(context: Context, input: ReplaceNetworkAclEntryRequest): object {
  const acl = find(context, NETWORK_ACL, input.NetworkAclId);
  const entry = requestedEntry(input);
  acl.entries[requireIndex(acl, entry)] = entry;
  return {};
}

function deleteNetworkAclEntry(context: Context, input: DeleteNetworkAclEntryRequest): object {
  const acl = find(context, NETWORK_ACL, input.NetworkAclId);
  const place = { ruleNumber: requireRuleNumber(input.RuleNumber), egress: input.Egress ?? false };
  acl.entries.splice(requireIndex(acl, place), 1);
  return {};
}

type Place = Pick<NetworkAclEntryState, "ruleNumber" | "egress">;

function indexOf(acl: NetworkAclState, { ruleNumber, egress }: Place): number {
  return acl.entries.findIndex((entry) => entry.ruleNumber === ruleNumber && entry.egress === egress);
}

function requireIndex(acl: NetworkAclState, place: Place): number {
  const index = indexOf(acl, place);
  if (index === -1)
    throw new AwsError(
      "InvalidNetworkAclEntry.NotFound",
      `The network acl entry identified by ${place.ruleNumber} does not exist.`,
    );
  return index;
}

function requireRuleNumber(ruleNumber: number | undefined): number {
  if (
    ruleNumber === undefined ||
    !Number.isInteger(ruleNumber) ||
    ruleNumber < 1 ||
    ruleNumber > LAST_RULE_NUMBER
  )
    throw new AwsError(
      "InvalidParameterValue",
      `Value (${ruleNumber}) for parameter ruleNumber is invalid. It must be from 1 to ${LAST_RULE_NUMBER}.`,
    );
  return ruleNumber;
}

/** Protocols are kept by number; these may be said by name. */
const PROTOCOL_NUMBERS: Readonly<Record<string, string>> = { all: "-1", icmp: "1", tcp: "6", udp: "17" };

function requestedEntry(
  input: CreateNetworkAclEntryRequest | ReplaceNetworkAclEntryRequest,
): NetworkAclEntryState {
  const { Protocol: protocolText = "", RuleAction: ruleAction, PortRange, IcmpTypeCode } = input;
  const protocol = PROTOCOL_NUMBERS[protocolText.toLowerCase()] ?? protocolText;
  if (!/^(?:-1|\d+)$/.test(protocol) || Number(protocol) > 255)
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid value '${protocolText}' for IP protocol. Unknown protocol.`,
    );
  if (ruleAction !== "allow" && ruleAction !== "deny")
    throw new AwsError("InvalidParameterValue", `Value (${ruleAction}) for parameter ruleAction is invalid.`);
  const entry: NetworkAclEntryState = {
    ruleNumber: requireRuleNumber(input.RuleNumber),
    egress: input.Egress ?? false,
    ruleAction,
    protocol,
    cidr: requireBlock(input.CidrBlock, "cidrBlock"),
  };
  if (protocol === "6" || protocol === "17") {
    const { From: from, To: to } = PortRange ?? {};
    if (from === undefined || to === undefined)
      throw new AwsError(
        "InvalidParameterValue",
        "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
      );
    if (from < 0 || to > 65_535 || from > to)
      throw new AwsError("InvalidParameterValue", `Invalid TCP/UDP port range (${from},${to})`);
    return { ...entry, portRange: { from, to } };
  }
  if (protocol === "1") {
    const { Type: type, Code: code } = IcmpTypeCode ?? {};
    if (type === undefined || code === undefined)
      throw new AwsError("MissingParameter", "Both icmp type and code must be specified for protocol 1");
    if (type < -1 || type > 255 || code < -1 || code > 255)
      throw new AwsError("InvalidParameterValue", `ICMP type (${type}) or code (${code}) out of range`);
    return { ...entry, icmpTypeCode: { type, code } };
  }
  return entry;
}

const ENTRY = [
  "NetworkAclId",
  "RuleNumber",
  "Protocol",
  "RuleAction",
  "Egress",
  "CidrBlock",
  "PortRange",
  "IcmpTypeCode",
] as const;

export const operations: readonly Operation[] = [
  operation(CreateNetworkAclEntry$, ENTRY, createNetworkAclEntry),
  operation(ReplaceNetworkAclEntry$, ENTRY, replaceNetworkAclEntry),
  operation(DeleteNetworkAclEntry$, ["NetworkAclId", "RuleNumber", "Egress"], deleteNetworkAclEntry),
];
