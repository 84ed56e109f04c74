/** The embedded AWS as a whole: its five services on one world. */
import type { WorldClock } from "./clock.ts";
import { Context } from "./context.ts";
import { layOutDefaultVpc } from "./ec2/default-vpc.ts";
import { ec2Service } from "./ec2/index.ts";
import type { Quotas } from "./ec2/quotas.ts";
import { regionNamed } from "./ec2/regions.ts";
import { emptyEc2State } from "./ec2/state.ts";
import { EmbeddedAws } from "./embedded-aws.ts";
import { AwsError } from "./error.ts";
import { iamService } from "./iam/index.ts";
import { emptyIamState } from "./iam/state.ts";
import { logsService } from "./logs/index.ts";
import { emptyLogsState } from "./logs/state.ts";
import type { Service } from "./service.ts";
import { ssmService } from "./ssm/index.ts";
import { emptySsmState } from "./ssm/state.ts";
import { STATE_FORMAT, type WorldState } from "./state.ts";
import type { Storage } from "./storage.ts";
import { stsService } from "./sts/index.ts";
import { World, type WorldBehaviour } from "./world.ts";

export interface EmbeddedAwsOptions {
  readonly storage: Storage;
  readonly clock: WorldClock;
  /** What a new world's ids, latencies and traffic come from: the same seed gives the same run. Default: chance. */
  readonly seed?: number | undefined;
  /** Quotas of a new world's account that differ from AWS's defaults. */
  readonly quotas?: Partial<Quotas> | undefined;
}

export const SERVICES: readonly Service[] = [ec2Service, iamService, logsService, ssmService, stsService];

/** Every operation there is, as "ec2:CreateVpc". */
export const OPERATIONS: ReadonlySet<string> = new Set(
  SERVICES.flatMap(({ signingName, operations }) =>
    [...operations.keys()].map((name) => `${signingName}:${name}`),
  ),
);

/** Opens the world that the storage keeps, or a new one where it keeps none. */
export function createEmbeddedAws(options: EmbeddedAwsOptions): EmbeddedAws {
  const behaviour: WorldBehaviour = {
    events: new Map(SERVICES.flatMap((service) => Object.entries(service.events))),
    createState: (now) => newWorld(options, now),
    layOutRegion,
  };
  return new EmbeddedAws(new World(options.storage, options.clock, behaviour), SERVICES);
}

function newWorld(
  { seed = Math.floor(Math.random() * 2 ** 31), quotas }: EmbeddedAwsOptions,
  now: number,
): WorldState {
  const state: WorldState = {
    format: STATE_FORMAT,
    account: "",
    random: seed | 0,
    changedAt: now,
    iam: emptyIamState(),
    regions: {},
    events: [],
    ...(quotas && { quotas }),
  };
  const context = new Context(state, "", now);
  state.account = Array.from({ length: 12 }, (_, index) =>
    context.randomInteger(index === 0 ? 1 : 0, 9),
  ).join("");
  return state;
}

/** @throws AwsError `AuthFailure` for a Region that does not exist, as for one that the account has not opted in to */
function layOutRegion(context: Context): void {
  if (!regionNamed(context.regionName))
    throw new AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401);
  context.state.regions[context.regionName] = {
    ec2: emptyEc2State(),
    logs: emptyLogsState(),
    ssm: emptySsmState(),
  };
  layOutDefaultVpc(context);
}
