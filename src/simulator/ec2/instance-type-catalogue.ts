/** The instance types of the embedded AWS, and where they are offered (AWS-FACTS §2). */
import { type Zone, zonesOf } from "./regions.ts";

export interface InstanceType {
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly isCurrentGeneration: boolean;
  /** The embedded account is one of before 15 July 2025. */
  readonly isFreeTierEligible: boolean;
  readonly hypervisor: "xen" | "nitro";
  readonly networkPerformance: string;
}

const GIB = 1024;

/** Sizes of a burstable family: vCPUs and memory. */
const XEN_SIZES = { nano: [1, 0.5], micro: [1, 1], small: [1, 2], medium: [2, 4], large: [2, 8] } as const;
const NITRO_SIZES = { nano: [2, 0.5], micro: [2, 1], small: [2, 2], medium: [2, 4], large: [2, 8] } as const;

const FREE_TIER: ReadonlySet<string> = new Set(["t2.micro", "t3.micro"]);

function family(
  name: string,
  sizes: Readonly<Record<string, readonly [vcpus: number, memoryGiB: number]>>,
  shared: Pick<InstanceType, "architecture" | "hypervisor" | "networkPerformance">,
): InstanceType[] {
  return Object.entries(sizes).map(([size, [vcpus, memoryGiB]]) => ({
    name: `${name}.${size}`,
    vcpus,
    memoryMiB: memoryGiB * GIB,
    isCurrentGeneration: true,
    isFreeTierEligible: FREE_TIER.has(`${name}.${size}`),
    ...shared,
  }));
}

const NITRO = { architecture: "x86_64", hypervisor: "nitro", networkPerformance: "Up to 5 Gigabit" } as const;

export const INSTANCE_TYPES: readonly InstanceType[] = [
  ...family("t2", XEN_SIZES, {
    architecture: "x86_64",
    hypervisor: "xen",
    networkPerformance: "Low to Moderate",
  }),
  ...family("t3", NITRO_SIZES, NITRO),
  ...family("t4g", NITRO_SIZES, { ...NITRO, architecture: "arm64" }),
  ...family("c7i-flex", { large: [2, 4] }, { ...NITRO, networkPerformance: "Up to 12.5 Gigabit" }),
  ...family("m7i-flex", { large: [2, 8] }, { ...NITRO, networkPerformance: "Up to 12.5 Gigabit" }),
  ...family("m5", { large: [2, 8] }, { ...NITRO, networkPerformance: "Up to 10 Gigabit" }),
];

/** Regions and zones that never got the T2 family: AWS-FACTS §2, and the Regions opened since then. */
const WITHOUT_T2: ReadonlySet<string> = new Set([
  "af-south-1",
  "ap-east-1",
  "ap-east-2",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-4",
  "ap-southeast-5",
  "ap-southeast-6",
  "ap-southeast-7",
  "ca-west-1",
  "eu-central-2",
  "eu-north-1",
  "eu-south-1",
  "eu-south-2",
  "il-central-1",
  "me-central-1",
  "me-south-1",
  "mx-central-1",
  "usw2-az4",
  "apne2-az2",
  "aps1-az2",
  "cac1-az4",
  "sae1-az2",
]);

/** The oldest zone of us-east-1 has no Nitro types. */
const WITHOUT_NITRO = "use1-az3";

function isOfferedIn(type: InstanceType, regionName: string, zone: Zone): boolean {
  if (type.hypervisor === "nitro") return zone.id !== WITHOUT_NITRO;
  return !WITHOUT_T2.has(regionName) && !WITHOUT_T2.has(zone.id);
}

/** The zones of a Region where a type can be launched; none where the Region does not have it. */
export function zonesOffering(type: InstanceType, regionName: string): Zone[] {
  return zonesOf(regionName).filter((zone) => isOfferedIn(type, regionName, zone));
}

/** The types that can be launched somewhere in a Region. */
export function instanceTypesIn(regionName: string): InstanceType[] {
  return INSTANCE_TYPES.filter((type) => zonesOffering(type, regionName).length > 0);
}

/** @returns undefined if the Region does not have such a type */
export function instanceTypeNamed(name: string, regionName: string): InstanceType | undefined {
  return instanceTypesIn(regionName).find((type) => type.name === name);
}
