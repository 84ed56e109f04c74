/**
 * The lab's specification: its parts, their names to the letter, its tags and its options. Every other file asks
 * here what a thing is called.
 */

/** The steps in the learner's order; "prepare" is step 0. */
export const STEP_IDS = [
  "prepare",
  "vpcs",
  "instances",
  "log-group",
  "flow-log",
  "first-ping",
  "peering",
  "analyze",
] as const;
export type StepId = (typeof STEP_IDS)[number];

/** The steps that `--until` offers: the numbered ones, without what prepares them. */
export const LAST_STEP_IDS = STEP_IDS.filter((id) => id !== "prepare");

/** VPC 1 or VPC 2, and what belongs to it. */
export type Side = 1 | 2;

/** Value of the tag `vpclab:part`: which part of the lab a resource is. */
export type Part =
  | `vpc-${Side}`
  | `subnet-${Side}`
  | `internet-gateway-${Side}`
  | `route-table-${Side}`
  | `security-group-${Side}`
  | `instance-${Side}`
  | "instance-role"
  | "instance-profile"
  | "log-group"
  | "flow-log-policy"
  | "flow-log-role"
  | "flow-log"
  | "peering-connection";

/** Resource types in AWS's own words (EC2's tag resource types where there is one). */
export type ResourceType =
  | "vpc"
  | "subnet"
  | "internet-gateway"
  | "route-table"
  | "security-group"
  | "instance"
  | "iam-role"
  | "instance-profile"
  | "log-group"
  | "iam-policy"
  | "vpc-flow-log"
  | "vpc-peering-connection"
  // Goes with its instance, unless somebody had it kept.
  | "volume"
  // The lab has none of these; others put them into its VPCs.
  | "network-interface"
  | "network-acl"
  | "elastic-ip"
  | "vpc-endpoint"
  | "natgateway";

export const DEFAULT_LAB = "nextwork";

/** Whether a lab can be called so. What else stands in the tag `vpclab:lab` is nobody's lab. */
export function isLabName(text: string): boolean {
  return /^[a-z0-9-]{1,32}$/.test(text);
}

/** What a learner may choose. Defaults are the lab's own. */
export interface LabOptions {
  /** Lab name, 1 to 32 of a-z, 0-9 and hyphen. */
  readonly lab: string;
  readonly region: string;
  /** CIDR of VPC 1 and VPC 2, /16 to /28. */
  readonly cidr1: string;
  readonly cidr2: string;
  /** Days the log group keeps its records; undefined: never expire. */
  readonly retentionDays: number | undefined;
  readonly trafficType: "ALL" | "ACCEPT" | "REJECT";
  /** Longest aggregation interval of the flow log, in seconds. */
  readonly aggregationSeconds: 60 | 600;
  /** Undefined: t2.micro where the account may have it and the zone offers it, else t3.micro. */
  readonly instanceType: string | undefined;
  /** Who may SSH in; undefined: nobody, no rule is made. */
  readonly sshFrom: string | undefined;
  /** Hours until the instances power off (and so terminate) by themselves; undefined: never. */
  readonly hours: number | undefined;
  /** The flow log's role as narrow as AWS's guide recommends, instead of as the tutorial has it. */
  readonly leastPrivilege: boolean;
}

export const DEFAULT_OPTIONS = {
  lab: DEFAULT_LAB,
  cidr1: "10.1.0.0/16",
  cidr2: "10.2.0.0/16",
  retentionDays: undefined,
  trafficType: "ALL",
  aggregationSeconds: 60,
  instanceType: undefined,
  sshFrom: "0.0.0.0/0",
  leastPrivilege: false,
} as const satisfies Partial<LabOptions>;

/** Tag keys. Only what carries our `vpclab:lab` is ever changed or deleted. */
export const TAG_LAB = "vpclab:lab";
export const TAG_PART = "vpclab:part";
const TAG_STEP = "vpclab:step";
/** On IAM resources, which are global: another Region's are foreign. */
export const TAG_REGION = "vpclab:region";

export interface LabSpec extends LabOptions {
  /** The tutorial's name of a part; prefixed `<lab>-` unless the lab is the default one. */
  nameOf(part: Part, availabilityZone?: string): string;
  /** All tags of a part, in the call that makes it: lab, part, step, Name, and the Region for IAM. */
  tagsOf(part: Part, availabilityZone?: string): Record<string, string>;
}

const STEP_OF_PART: Record<string, StepId> = {
  vpc: "vpcs",
  subnet: "vpcs",
  "internet-gateway": "vpcs",
  "route-table": "vpcs",
  "security-group": "instances",
  instance: "instances",
  "instance-role": "prepare",
  "instance-profile": "prepare",
  "log-group": "log-group",
  "flow-log-policy": "flow-log",
  "flow-log-role": "flow-log",
  "flow-log": "flow-log",
  "peering-connection": "peering",
};

/** The step that makes a part. */
export function stepOf(part: Part): StepId {
  return STEP_OF_PART[part] ?? STEP_OF_PART[part.replace(/-[12]$/, "")] ?? "prepare";
}

const IAM_PARTS: ReadonlySet<Part> = new Set<Part>([
  "instance-role",
  "instance-profile",
  "flow-log-policy",
  "flow-log-role",
]);

export function labSpec(options: LabOptions): LabSpec {
  const prefix = options.lab === DEFAULT_LAB ? "" : `${options.lab}-`;
  const nameOf = (part: Part, availabilityZone = "") => `${prefix}${tutorialName(part, availabilityZone)}`;
  return {
    ...options,
    nameOf,
    tagsOf: (part, availabilityZone) => ({
      Name: nameOf(part, availabilityZone),
      [TAG_LAB]: options.lab,
      [TAG_PART]: part,
      [TAG_STEP]: stepOf(part),
      ...(IAM_PARTS.has(part) && { [TAG_REGION]: options.region }),
    }),
  };
}

/** A part without its side. */
type Kind<P = Part> = P extends `${infer K}-${Side}` ? K : P;

const TUTORIAL_NAMES: Readonly<Record<Kind, (side: string, availabilityZone: string) => string>> = {
  vpc: (side) => `NextWork-${side}-vpc`,
  subnet: (side, availabilityZone) => `NextWork-${side}-subnet-public1-${availabilityZone}`,
  "internet-gateway": (side) => `NextWork-${side}-igw`,
  "route-table": (side) => `NextWork-${side}-rtb-public`,
  "security-group": (side) => `NextWork-${side}-SG`,
  instance: (side) => `Instance - NextWork VPC ${side}`,
  "instance-role": () => "NextWorkInstanceRole",
  "instance-profile": () => "NextWorkInstanceProfile",
  "log-group": () => "NextWorkVPCFlowLogsGroup",
  "flow-log-policy": () => "NextWorkVPCFlowLogsPolicy",
  "flow-log-role": () => "NextWorkVPCFlowLogsRole",
  "flow-log": () => "NextWorkVPCFlowLog",
  "peering-connection": () => "VPC 1 <> VPC 2",
};

function tutorialName(part: Part, availabilityZone: string): string {
  return TUTORIAL_NAMES[part.replace(/-[12]$/, "") as Kind](part.slice(-1), availabilityZone);
}
