/** Labs for tests: one on the embedded AWS, one whose SDK clients are mocked. Both in virtual time. */
import { type Aws, connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { type Inventory, readInventory } from "../../src/aws/inventory.ts";
import type { CallTrace } from "../../src/aws/middleware.ts";
import { memoryJournal } from "../../src/lab/journal.ts";
import type { Finding, Narrator, ResourceEvent } from "../../src/lab/narrator.ts";
import { DEFAULT_OPTIONS, type LabOptions, labSpec, type ResourceType } from "../../src/lab/spec.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import type { LabContext, Prepared } from "../../src/steps/step.ts";

/** What a narrator was told. */
export interface Told {
  readonly resources: ResourceEvent[];
  readonly said: string[];
  readonly warnings: string[];
  readonly waits: string[];
  readonly findings: Finding[];
}

export function collectingNarrator(): { narrator: Narrator; told: Told } {
  const told: Told = { resources: [], said: [], warnings: [], waits: [], findings: [] };
  const narrator: Narrator = {
    resource: (event) => void told.resources.push(event),
    say: (text) => void told.said.push(text),
    warn: (text) => void told.warnings.push(text),
    wait: ({ text }, work) => {
      told.waits.push(text);
      return work(() => undefined);
    },
    finding: async (finding) => void told.findings.push(finding),
    predict: async () => undefined,
  };
  return { narrator, told };
}

export interface TestLab {
  readonly lab: LabContext;
  readonly told: Told;
}

export function inventoryOf({ aws, spec, prepared }: LabContext): Promise<Inventory> {
  return readInventory(aws, spec, { account: prepared.account ?? "" });
}

const REGION = "us-east-1";

const PREPARED: Prepared = {
  account: "123456789012",
  availabilityZone: "us-east-1a",
  instanceType: "t2.micro",
  imageId: "ami-00000000000000001",
};

function labOn(aws: Aws, options: Partial<LabOptions>, prepared: Prepared): TestLab {
  const { narrator, told } = collectingNarrator();
  const spec = labSpec({ ...DEFAULT_OPTIONS, region: REGION, hours: undefined, ...options });
  return { lab: { spec, aws, journal: memoryJournal(), narrator, prepared: { ...prepared } }, told };
}

/** A lab on a new embedded AWS, reached as the program reaches it. */
export function embeddedLab(options: Partial<LabOptions> = {}): TestLab {
  return labOn(newEmbeddedAws()(new AbortController().signal), options, {});
}

/** A new embedded AWS, and a way to connect to it again and again. */
export function newEmbeddedAws(): (signal: AbortSignal, trace?: (call: CallTrace) => void) => Aws {
  const { connection } = openEmbedded({ folder: undefined, speed: "virtual" });
  return (signal, trace) => connect({ region: REGION, signal, trace, embedded: connection });
}

/** A lab on an AWS that stands already. */
export function labOnAws(aws: Aws, options: Partial<LabOptions> = {}): TestLab {
  return labOn(aws, options, {});
}

/** Another lab, or another run of the same, on the same AWS. */
export function labBeside({ lab }: TestLab, options: Partial<LabOptions> = {}): TestLab {
  return labOnAws(lab.aws, options);
}

/** A lab whose calls go nowhere: mock the client classes with aws-sdk-client-mock. What step 0 finds is given. */
export function mockedLab(options: Partial<LabOptions> = {}): TestLab {
  const aws = connect({ region: REGION, signal: new AbortController().signal });
  return labOn({ ...aws, clock: new VirtualClock() }, options, PREPARED);
}

/** An inventory that holds these, each a type, an id and a part (default: as the type). */
export function holding(
  ...resources: readonly (readonly [type: ResourceType, id: string, part?: string])[]
): Inventory {
  return {
    resources: resources.map(([type, id, part = type]) => ({ type, part, id, name: id, state: "present" })),
    fading: [],
    elsewhere: [],
    since: undefined,
    vpcs: [],
    subnets: [],
    internetGateways: [],
    routeTables: [],
    securityGroups: [],
    instances: [],
    volumes: [],
    peeringConnections: [],
    flowLogs: [],
    onlineInstanceIds: new Set(),
    unseen: [],
  };
}
