/**
 * AWS's Regions and Availability Zones. A zone's letter is given out per account on AWS, its id (use1-az1) means the
 * same place to everybody; in the embedded account the letters are as below.
 */

export interface Region {
  readonly name: string;
  /** Enabled by default, or opted in by the account. The embedded account has opted in to all. */
  readonly isOptIn: boolean;
  readonly zones: readonly Zone[];
}

export interface Zone {
  /** us-east-1a */
  readonly name: string;
  /** use1-az1 */
  readonly id: string;
}

/** Name, the zone ids' prefix, and the zones: a letter and the number in its id. */
const LAYOUT: readonly (readonly [name: string, prefix: string, zones: string, optIn?: "opt-in"])[] = [
  ["af-south-1", "afs1", "a1 b2 c3", "opt-in"],
  ["ap-east-1", "ape1", "a1 b2 c3", "opt-in"],
  ["ap-east-2", "ape2", "a1 b2 c3", "opt-in"],
  ["ap-northeast-1", "apne1", "a4 c1 d2"],
  ["ap-northeast-2", "apne2", "a1 b2 c3 d4"],
  ["ap-northeast-3", "apne3", "a3 b1 c2"],
  ["ap-south-1", "aps1", "a1 b3 c2"],
  ["ap-south-2", "aps2", "a1 b2 c3", "opt-in"],
  ["ap-southeast-1", "apse1", "a1 b2 c3"],
  ["ap-southeast-2", "apse2", "a1 b3 c2"],
  ["ap-southeast-3", "apse3", "a1 b2 c3", "opt-in"],
  ["ap-southeast-4", "apse4", "a1 b2 c3", "opt-in"],
  ["ap-southeast-5", "apse5", "a1 b2 c3", "opt-in"],
  ["ap-southeast-6", "apse6", "a1 b2 c3", "opt-in"],
  ["ap-southeast-7", "apse7", "a1 b2 c3", "opt-in"],
  ["ca-central-1", "cac1", "a1 b2 d4"],
  ["ca-west-1", "caw1", "a1 b2 c3", "opt-in"],
  ["eu-central-1", "euc1", "a2 b3 c1"],
  ["eu-central-2", "euc2", "a1 b2 c3", "opt-in"],
  ["eu-north-1", "eun1", "a1 b2 c3"],
  ["eu-south-1", "eus1", "a1 b2 c3", "opt-in"],
  ["eu-south-2", "eus2", "a1 b2 c3", "opt-in"],
  ["eu-west-1", "euw1", "a1 b2 c3"],
  ["eu-west-2", "euw2", "a2 b3 c1"],
  ["eu-west-3", "euw3", "a1 b2 c3"],
  ["il-central-1", "ilc1", "a1 b2 c3", "opt-in"],
  ["me-central-1", "mec1", "a1 b2 c3", "opt-in"],
  ["me-south-1", "mes1", "a1 b2 c3", "opt-in"],
  ["mx-central-1", "mxc1", "a1 b2 c3", "opt-in"],
  ["sa-east-1", "sae1", "a1 b2 c3"],
  ["us-east-1", "use1", "a1 b2 c3 d4 e5 f6"],
  ["us-east-2", "use2", "a1 b2 c3"],
  ["us-west-1", "usw1", "a1 c3"],
  ["us-west-2", "usw2", "a1 b2 c3 d4"],
];

export const REGIONS: readonly Region[] = LAYOUT.map(([name, prefix, zones, optIn]) => ({
  name,
  isOptIn: optIn !== undefined,
  zones: zones.split(" ").map((zone) => ({
    name: `${name}${zone.charAt(0)}`,
    id: `${prefix}-az${zone.slice(1)}`,
  })),
}));

/** The Region of this name; undefined if AWS has none that the embedded AWS knows. */
export function regionNamed(name: string): Region | undefined {
  return REGIONS.find((region) => region.name === name);
}

/** The zones of a Region; none for a Region that does not exist. */
export function zonesOf(regionName: string): readonly Zone[] {
  return regionNamed(regionName)?.zones ?? [];
}
