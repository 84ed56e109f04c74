/** Labs wherever they stand: every Region of the account is asked what carries the tag `vpclab:lab`. */
import { paginateDescribeLogGroups } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeRegionsCommand, paginateDescribeTags } from "@aws-sdk/client-ec2";
import {
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  paginateListInstanceProfiles,
  paginateListPolicies,
  paginateListRoles,
} from "@aws-sdk/client-iam";
import { messageOf } from "../lab/error.ts";
import { byText } from "../lab/order.ts";
import {
  DEFAULT_LAB,
  DEFAULT_OPTIONS,
  isLabName,
  type LabSpec,
  labSpec,
  type Part,
  TAG_LAB,
  TAG_REGION,
} from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { isNotFound } from "./errors.ts";
import { policyArn } from "./policy.ts";
import { allPages, type DescribedTag, tagValue } from "./tags.ts";

/** Names of labs that have something in one Region. */
export interface LabsInRegion {
  readonly region: string;
  readonly labs: readonly string[];
  /** Values of the tag that are no lab's name: whoever set them, it was not vpclab. */
  readonly otherValues: readonly string[];
}

export interface LabsFound {
  readonly regions: readonly LabsInRegion[];
  /** Regions that could not be asked, and why: switched off by the organization, say. */
  readonly unread: readonly { readonly region: string; readonly reason: string }[];
}

/** Regions at a time: two calls each or so, over connections of their own. AWS throttles each Region by itself. */
const AT_ONCE = 8;

/** The Regions that the account may use: those open to all and those it has opted in to. */
async function openRegions(aws: Aws): Promise<string[]> {
  const { Regions = [] } = await aws.ec2.send(new DescribeRegionsCommand({}));
  return Regions.flatMap(({ RegionName }) => RegionName ?? []).sort();
}

/**
 * Looks for labs in all open Regions. What is found may turn out to be fading (tags of a terminated instance): an
 * inventory tells.
 * @param connectTo the same credentials in another Region
 * @throws what DescribeRegions throws, and Ctrl-C; a Region's own refusal is a result
 */
export async function findLabs(aws: Aws, connectTo: (region: string) => Aws): Promise<LabsFound> {
  const regions: LabsInRegion[] = [];
  const unread: { region: string; reason: string }[] = [];
  await boundedly(await openRegions(aws), async (region) => {
    try {
      regions.push(await labsIn(connectTo(region)));
    } catch (error) {
      aws.signal.throwIfAborted();
      unread.push({ region, reason: messageOf(error) });
    }
  });
  const byName = byText<{ readonly region: string }>(({ region }) => region);
  return { regions: regions.sort(byName), unread: unread.sort(byName) };
}

async function labsIn(aws: Aws): Promise<LabsInRegion> {
  const [tags, groups] = await Promise.all([
    allPages(
      paginateDescribeTags({ client: aws.ec2 }, { Filters: [{ Name: "key", Values: [TAG_LAB] }] }),
      (page) => page.Tags,
    ),
    // A log group that came back, or was all that a teardown left, has nothing of EC2 beside it.
    allPages(
      paginateDescribeLogGroups({ client: aws.logs }, { logGroupNamePattern: TUTORIAL.nameOf("log-group") }),
      (page) => page.logGroups,
    ),
  ]);
  const values = new Set(tags.flatMap(({ Value }) => Value ?? []));
  const byGroup = groups.flatMap(({ logGroupName }) => labOfName("log-group", logGroupName) ?? []);
  return {
    region: aws.region,
    labs: [...new Set([...[...values].filter(isLabName), ...byGroup])].sort(),
    otherValues: [...values].filter((value) => !isLabName(value)).sort(),
  };
}

/** The lab with the tutorial's names: other labs' end in them. */
const TUTORIAL = labSpec({ ...DEFAULT_OPTIONS, region: "", hours: undefined });

/** The lab that would give a part this name; whether it is that lab's, its tags tell. */
function labOfName(part: Part, name = ""): string | undefined {
  const end = TUTORIAL.nameOf(part);
  if (name === end) return DEFAULT_LAB;
  const lab = name.endsWith(`-${end}`) ? name.slice(0, -end.length - 1) : "";
  return isLabName(lab) ? lab : undefined;
}

/** IAM's largest page. */
const PER_PAGE = 1000;

/**
 * Labs by whose names IAM has something: it cannot be asked for tags, and lists without them. One call or so for each of
 * roles, policies and profiles; whether they are of those labs, and of which Region, `regionsByIam` tells.
 */
export async function labsByIam({ iam }: Aws): Promise<string[]> {
  const [client, MaxItems] = [{ client: iam }, PER_PAGE];
  const [roles, policies, profiles] = await Promise.all([
    allPages(paginateListRoles(client, { MaxItems }), (page) => page.Roles),
    allPages(paginateListPolicies(client, { MaxItems, Scope: "Local" }), (page) => page.Policies),
    allPages(paginateListInstanceProfiles(client, { MaxItems }), (page) => page.InstanceProfiles),
  ]);
  const labs = [
    ...roles.flatMap(({ RoleName }) => [
      labOfName("instance-role", RoleName),
      labOfName("flow-log-role", RoleName),
    ]),
    ...policies.map(({ PolicyName }) => labOfName("flow-log-policy", PolicyName)),
    ...profiles.map(({ InstanceProfileName }) => labOfName("instance-profile", InstanceProfileName)),
  ];
  return [...new Set(labs.filter((lab) => lab !== undefined))].sort();
}

/**
 * The Regions that the lab's IAM resources are of, by their tag; none where there are none, or they are not that lab's.
 * IAM is global, and a lab of which only a role is left shows in no Region's EC2.
 */
export async function regionsByIam(aws: Aws, spec: LabSpec, account: string): Promise<string[]> {
  const tagsOf = async (read: () => Promise<DescribedTag[] | undefined>) => {
    try {
      return await read();
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  const role = (part: "instance-role" | "flow-log-role") =>
    tagsOf(async () => (await aws.iam.send(new GetRoleCommand({ RoleName: spec.nameOf(part) }))).Role?.Tags);
  const all = await Promise.all([
    role("instance-role"),
    role("flow-log-role"),
    tagsOf(async () => {
      const name = { InstanceProfileName: spec.nameOf("instance-profile") };
      return (await aws.iam.send(new GetInstanceProfileCommand(name))).InstanceProfile?.Tags;
    }),
    tagsOf(async () => {
      const PolicyArn = policyArn(aws.region, account, spec.nameOf("flow-log-policy"));
      return (await aws.iam.send(new GetPolicyCommand({ PolicyArn }))).Policy?.Tags;
    }),
  ]);
  const ours = all.filter((tags) => tagValue(tags, TAG_LAB) === spec.lab);
  return [...new Set(ours.flatMap((tags) => tagValue(tags, TAG_REGION) ?? []))];
}

async function boundedly<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker));
}
