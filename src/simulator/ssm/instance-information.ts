/** DescribeInstanceInformation: which instances have registered, and whether they are still heard of. */
import {
  DescribeInstanceInformation$,
  type DescribeInstanceInformationRequest,
  type InstanceInformation,
} from "@aws-sdk/client-ssm";
import type { Context } from "../context.ts";
import { privateDnsName } from "../ec2/dns-names.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";
import { agents, pingStatus } from "./agents.ts";
import { page } from "./pages.ts";
import type { AgentState } from "./state.ts";

/** The agent on the embedded AWS's image. */
const AGENT_VERSION = "3.3.3270.0";
const PLATFORM = { PlatformType: "Linux", PlatformName: "Amazon Linux", PlatformVersion: "2023" } as const;

function show(context: Context, agent: AgentState): InstanceInformation {
  const { instances, networkInterfaces } = context.region.ec2;
  const address = networkInterfaces[instances[agent.instanceId]?.networkInterfaceId ?? ""]?.privateAddress;
  return {
    InstanceId: agent.instanceId,
    PingStatus: pingStatus(context, agent),
    LastPingDateTime: new Date(agent.lastPingAt),
    AgentVersion: AGENT_VERSION,
    IsLatestVersion: true,
    ...PLATFORM,
    ResourceType: "EC2Instance",
    IPAddress: address,
    ComputerName: address && privateDnsName(context.regionName, address),
    SourceId: agent.instanceId,
    SourceType: "AWS::EC2::Instance",
  };
}

const FIELDS: Readonly<Record<string, (shown: InstanceInformation) => string | undefined>> = {
  InstanceIds: (shown) => shown.InstanceId,
  PingStatus: (shown) => shown.PingStatus,
  AgentVersion: (shown) => shown.AgentVersion,
  PlatformTypes: (shown) => shown.PlatformType,
  ResourceType: (shown) => shown.ResourceType,
};

export const describeInstanceInformation = operation<DescribeInstanceInformationRequest, object>(
  DescribeInstanceInformation$,
  ["Filters", "InstanceInformationFilterList", "MaxResults", "NextToken"],
  (context, input) => {
    const { Filters = [], InstanceInformationFilterList: oldFilters = [] } = input;
    if (Filters.length > 0 && oldFilters.length > 0)
      throw new AwsError(
        "ValidationException",
        "Filters and InstanceInformationFilterList cannot be specified at the same time.",
      );
    const filters = [
      ...Filters.map(({ Key, Values }) => ({ key: Key ?? "", values: Values ?? [] })),
      ...oldFilters.map(({ key, valueSet }) => ({ key: key ?? "", values: valueSet ?? [] })),
    ].map(({ key, values }) => ({ field: fieldNamed(key), values }));
    const matching = agents(context)
      .map((agent) => show(context, agent))
      .filter((shown) => filters.every(({ field, values }) => values.includes(field(shown) ?? "")));
    const { items, NextToken } = page(matching, ({ InstanceId = "" }) => InstanceId, input, {
      size: 10,
      least: 5,
      most: 50,
    });
    return { InstanceInformationList: items, NextToken };
  },
);

function fieldNamed(key: string): (shown: InstanceInformation) => string | undefined {
  const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
  if (!field)
    throw new AwsError(
      "InvalidFilterKey",
      `The embedded AWS of vpclab does not model the filter key ${key}.`,
    );
  return field;
}
