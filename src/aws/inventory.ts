/**
 * What AWS has of a lab, found by the lab's tags alone. The truth that `status`, `teardown` and every step look at.
 */
import type {
  FlowLog,
  Instance,
  InternetGateway,
  RouteTable,
  SecurityGroup,
  Subnet,
  Volume,
  Vpc,
  VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import { byText } from "../lab/order.ts";
import { type LabSpec, type Part, type ResourceType, TAG_LAB, TAG_PART } from "../lab/spec.ts";
import { allOnlineAgents } from "./agent.ts";
import { allowedReads } from "./allowed-reads.ts";
import type { Aws } from "./clients.ts";
import { LabError } from "./errors.ts";
import { describeInstances, isGone } from "./instance.ts";
import { findInstanceProfile } from "./instance-profile.ts";
import { readLogGroup } from "./log-group.ts";
import { hasFaded } from "./peering-connection.ts";
import { byPlace } from "./placed.ts";
import { findPolicy } from "./policy.ts";
import { findRole } from "./role.ts";
import { NOTHING_TAGGED, readTaggedNetwork, type Tagged, type TaggedNetwork } from "./tagged.ts";
import { type DescribedTag, labFilters, tagValue } from "./tags.ts";
import { describeVolumes, goesWithInstance, holdersOf, isBeingDeleted } from "./volume.ts";
import { describeVpcs } from "./vpc.ts";

export interface InventoryResource {
  readonly type: ResourceType;
  /** The tag `vpclab:part`; "" for what a foreign hand left without one, and for volumes: theirs is the instance's. */
  readonly part: string;
  /** Its id, name (log groups, roles, profiles) or ARN (policies): what a call needs to name it. */
  readonly id: string;
  /** The Name tag, or its name. */
  readonly name: string;
  /** AWS's own word where it has one ("running", "active", "available"), else "present". */
  readonly state: string;
  /** Of a volume: the instance that has it. */
  readonly attachedTo?: string;
}

export interface Inventory {
  /** What stands, in the order of the steps. Two of one part are both here; volumes that go with their instance, not. */
  readonly resources: readonly InventoryResource[];
  /** What AWS still shows but is gone or going: terminated instances, deleted peering connections and volumes. */
  readonly fading: readonly InventoryResource[];
  /**
   * What carries the lab's tag but is in a VPC that is not the lab's, or attached to an instance that is not: a copied
   * tag. Nothing touches it unasked.
   */
  readonly elsewhere: readonly InventoryResource[];
  /** When the oldest of it was made, in ms; VPCs and what is in them do not say. Undefined where nothing says. */
  readonly since: number | undefined;

  /** `resources` in AWS's own shapes. */
  readonly vpcs: readonly Vpc[];
  readonly subnets: readonly Subnet[];
  readonly internetGateways: readonly InternetGateway[];
  readonly routeTables: readonly RouteTable[];
  readonly securityGroups: readonly SecurityGroup[];
  readonly instances: readonly Instance[];
  /** All of the lab's, also those that go with their instance: each is paid for. */
  readonly volumes: readonly Volume[];
  readonly peeringConnections: readonly VpcPeeringConnection[];
  readonly flowLogs: readonly FlowLog[];
  /** Instances whose Systems Manager agent is Online. */
  readonly onlineInstanceIds: ReadonlySet<string>;
  /** What AWS does not let this person look for: of it nothing is known. A teardown of the rest needs neither. */
  readonly unseen: readonly ("volumes" | "agents")[];
  /** The log group of the lab's name where it carries no lab's tag: whose it is, nobody can tell. */
  readonly untaggedLogGroup?: string | undefined;
}

/**
 * Reads all that AWS has of the lab, in one round. What has one of our names but is somebody else's is not listed.
 * @param account twelve digits; policies and the log group's tags are found by ARN, which holds it
 */
export async function readInventory(
  aws: Aws,
  spec: LabSpec,
  { account }: { readonly account: string | Promise<string> },
): Promise<Inventory> {
  const [network, others] = await Promise.all([readTaggedNetwork(aws, spec), readOthers(aws, spec, account)]);
  return inventoryOf(network, others);
}

/** As much of it as a ping needs to know: whom to ask. Two calls, in one round. */
export async function readInstances(aws: Aws, spec: LabSpec): Promise<Pick<Inventory, "instances">> {
  const ours = labFilters(spec);
  const [vpcs, instances] = await Promise.all([describeVpcs(aws, ours), describeInstances(aws, ours)]);
  const { inside } = byPlace({ ...NOTHING_TAGGED, vpcs, instances });
  return { instances: inside.instances.filter((instance) => !isGone(instance)) };
}

/** What the inventory holds that is in no VPC: volumes, IAM's, the log group, the agents of the Region. */
export interface Others {
  readonly volumes: readonly Volume[];
  readonly named: readonly InventoryResource[];
  readonly logGroupSince: number | undefined;
  readonly onlineInstanceIds: ReadonlySet<string>;
  readonly unseen: Inventory["unseen"];
  readonly untaggedLogGroup: string | undefined;
}

/** @param account twelve digits */
export async function readOthers(
  aws: Aws,
  spec: LabSpec,
  account: string | Promise<string>,
): Promise<Others> {
  const { unseen, ifAllowed } = allowedReads<"volumes" | "agents">();
  const [volumes, named, online] = await Promise.all([
    ifAllowed("volumes", describeVolumes(aws, labFilters(spec))),
    readNamed(aws, spec, account),
    ifAllowed("agents", allOnlineAgents(aws)),
  ]);
  return { volumes, ...named, onlineInstanceIds: new Set(online), unseen };
}

/** The inventory out of what was read, by the tag or of the whole Region. */
export function inventoryOf(network: TaggedNetwork, others: Others): Inventory {
  const { instances, peeringConnections } = network;
  const { named, volumes, logGroupSince, onlineInstanceIds, unseen, untaggedLogGroup } = others;
  const { inside, outside } = byPlace({
    ...network,
    volumes: volumes.filter((volume) => !isBeingDeleted(volume)),
    peeringConnections: peeringConnections.filter((connection) => !hasFaded(connection)),
  });
  const standing = inside.instances.filter((instance) => !isGone(instance));
  const own = resourcesOf(inside);
  const copied = resourcesOf(outside);
  return {
    resources: [
      ...named.filter(({ part }) => part === "instance-role" || part === "instance-profile"),
      ...own.network,
      ...named.filter(({ part }) => part === "log-group" || part.startsWith("flow-log-")),
      ...own.traffic,
    ],
    fading: [
      ...instances.filter(isGone).map(instanceResource),
      ...volumes.filter(isBeingDeleted).map(volumeResource),
      ...peeringConnections.filter(hasFaded).map(connectionResource),
    ],
    elsewhere: [...copied.network, ...copied.traffic],
    since: oldest([
      logGroupSince,
      ...standing.map(({ LaunchTime }) => LaunchTime?.getTime()),
      ...inside.volumes.map(({ CreateTime }) => CreateTime?.getTime()),
      ...inside.flowLogs.map(({ CreationTime }) => CreationTime?.getTime()),
    ]),
    ...inside,
    instances: standing,
    onlineInstanceIds,
    unseen,
    untaggedLogGroup,
  };
}

/** As rows, in the order of the steps: those before the log group, and those after it. */
function resourcesOf(tagged: Tagged): { network: InventoryResource[]; traffic: InventoryResource[] } {
  return {
    network: [
      ...byPart(tagged.vpcs.map((vpc) => described("vpc", vpc.VpcId, vpc.Tags, vpc.State))),
      ...byPart(
        tagged.subnets.map((subnet) => described("subnet", subnet.SubnetId, subnet.Tags, subnet.State)),
      ),
      ...byPart(
        tagged.internetGateways.map(({ InternetGatewayId, Tags, Attachments }) =>
          described("internet-gateway", InternetGatewayId, Tags, Attachments?.[0] ? "attached" : "detached"),
        ),
      ),
      ...byPart(tagged.routeTables.map((table) => described("route-table", table.RouteTableId, table.Tags))),
      ...byPart(tagged.securityGroups.map((group) => described("security-group", group.GroupId, group.Tags))),
      ...byPart(tagged.instances.filter((instance) => !isGone(instance)).map(instanceResource)),
      ...byPart(
        tagged.volumes.filter((volume) => !goesWithInstance(volume, tagged.instances)).map(volumeResource),
      ),
    ],
    traffic: [
      ...byPart(
        tagged.flowLogs.map((log) => described("vpc-flow-log", log.FlowLogId, log.Tags, log.FlowLogStatus)),
      ),
      ...byPart(tagged.peeringConnections.map(connectionResource)),
    ],
  };
}

function oldest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** What belongs to VPC 1 before what belongs to VPC 2; AWS's own order says nothing. */
function byPart(resources: InventoryResource[]): InventoryResource[] {
  return resources.sort(byText(({ part, id }) => `${part} ${id}`));
}

/** Those of a list that are one part of the lab. */
export function ofPart<T extends { readonly Tags?: DescribedTag[] | undefined }>(
  items: readonly T[],
  part: Part,
): T[] {
  return items.filter(({ Tags }) => tagValue(Tags, TAG_PART) === part);
}

function instanceResource({ InstanceId, Tags, State }: Instance): InventoryResource {
  return described("instance", InstanceId, Tags, State?.Name);
}

function volumeResource(volume: Volume): InventoryResource {
  const [attachedTo] = holdersOf(volume);
  return {
    ...described("volume", volume.VolumeId, volume.Tags, volume.State),
    part: "",
    ...(attachedTo !== undefined && { attachedTo }),
  };
}

function connectionResource({
  VpcPeeringConnectionId,
  Tags,
  Status,
}: VpcPeeringConnection): InventoryResource {
  return described("vpc-peering-connection", VpcPeeringConnectionId, Tags, Status?.Code);
}

function described(
  type: ResourceType,
  id: string | undefined,
  tags: readonly DescribedTag[] | undefined,
  state = "present",
): InventoryResource {
  const part = tagValue(tags, TAG_PART) ?? "";
  return { type, part, id: id ?? "", name: tagValue(tags, "Name") ?? "", state };
}

/** What is found by its name: IAM's resources and the log group. */
async function readNamed(
  aws: Aws,
  spec: LabSpec,
  account: string | Promise<string>,
): Promise<Pick<Others, "named" | "logGroupSince" | "untaggedLogGroup">> {
  const present = (type: ResourceType, part: Part, id: string | undefined): InventoryResource[] =>
    id === undefined ? [] : [{ type, part, id, name: spec.nameOf(part), state: "present" }];
  const [instanceRole, profile, namesake, policy, flowLogRole] = await Promise.all([
    unlessForeign(findRole(aws, spec, "instance-role")),
    unlessForeign(findInstanceProfile(aws, spec)),
    readLogGroup(aws, spec, account),
    unlessForeign(findPolicy(aws, spec, account)),
    unlessForeign(findRole(aws, spec, "flow-log-role")),
  ]);
  const group = namesake?.isOurs ? namesake : undefined;
  const isUntagged = namesake !== undefined && group === undefined && namesake.tags[TAG_LAB] === undefined;
  return {
    named: [
      ...present("iam-role", "instance-role", instanceRole?.name),
      ...present("instance-profile", "instance-profile", profile?.name),
      ...present("log-group", "log-group", group?.name),
      ...present("iam-policy", "flow-log-policy", policy?.arn),
      ...present("iam-role", "flow-log-role", flowLogRole?.name),
    ],
    logGroupSince: group?.createdAt || undefined,
    untaggedLogGroup: isUntagged ? namesake.name : undefined,
  };
}

async function unlessForeign<T>(finding: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof LabError && error.code === "not-ours") return undefined;
    throw error;
  }
}
