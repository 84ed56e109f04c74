/**
 * Finds out which lab is meant and where it lives, and opens the way to it: flags, then the environment, then what
 * was remembered at `up`, then AWS if this machine holds credentials, else the embedded AWS.
 */
import { type Aws, type ConnectOptions, connect } from "../aws/clients.ts";
import { localCredentials } from "../aws/credentials.ts";
import type { Embedded } from "../aws/embedded.ts";
import { type Identity, whoAmI } from "../aws/identity.ts";
import { ALWAYS_OPEN_REGION, refusedInRegion } from "../aws/readiness/access.ts";
import { noCredentials, signIn } from "../aws/sign-in.ts";
import { usageError } from "../lab/error.ts";
import { worldFolder } from "../lab/home.ts";
import type { Journal } from "../lab/journal.ts";
import { type LabMemory, labMemory, type Place, type RememberedLab } from "../lab/memory.ts";
import { DEFAULT_LAB, type LabSpec, labSpec } from "../lab/spec.ts";
import { plain } from "../ui/text.ts";
import { showCall } from "./debug.ts";
import { askedEndpoint, isAwsItself, lostEndpoint } from "./endpoint.ts";
import {
  DEFAULT_SPEED,
  type LabFlags,
  labChoices,
  labName,
  regionName,
  wholeNumber,
  worldSpeed,
} from "./options.ts";
import type { GlobalOptions, Program } from "./program.ts";

export interface OpenLab {
  readonly place: Place;
  readonly spec: LabSpec;
  readonly aws: Aws;
  readonly journal: Journal;
  readonly memory: LabMemory;
  /** What an earlier `up` left word of; undefined for a lab that this machine has not seen, or has taken down. */
  readonly remembered: RememberedLab | undefined;
  /** Labs of the same name that this machine remembers elsewhere, not taken down yet. */
  readonly elsewhere: readonly RememberedLab[];
  /** ARN of who is calling. */
  readonly identity: string;
  /**
   * The same way in with another signal, to look at what exists after Ctrl-C has stopped the first; or to another Region.
   */
  reopen(signal: AbortSignal, region?: string): Aws;
  /** To be called at the end, whatever happened. */
  close(): void;
}

/**
 * Hours that instances live where nobody says otherwise; undefined: for ever. On AWS itself a forgotten lab is to stop
 * costing; what stands elsewhere costs nobody by the hour, and a simulator's hours may be minutes.
 */
export function defaultHours(place: Pick<Place, "target" | "endpointUrl">): number | undefined {
  return isAwsItself(place) ? 4 : undefined;
}

export interface OpenLabOptions {
  /** The account's quota of VPCs. The embedded AWS grants what is asked for; what AWS grants is AWS's affair. */
  readonly vpcQuota?: number | undefined;
  /** The lab's own flags; commands other than `up` have none. */
  readonly flags?: LabFlags;
  /**
   * Told where the lab lives before any call is made; may throw a usage error.
   * @param endpointUrl another endpoint than AWS's, by flag, by the environment, or remembered
   */
  readonly beforeCalls?: (target: Place["target"], endpointUrl: string | undefined) => void;
}

/** What a read of the lab may ask of, before it is known who is asking. */
export interface ReadFrom {
  readonly aws: Aws;
  readonly spec: LabSpec;
  /** Twelve digits, known before the answers are wherever possible. */
  readonly account: Promise<string>;
}

/** @throws LabError: 2 for bad input, 4 without usable credentials */
export async function openLab(
  program: Program,
  options: GlobalOptions,
  more: OpenLabOptions = {},
): Promise<OpenLab> {
  const { lab } = await openLabAndRead(program, options, async () => undefined, more);
  return lab;
}

/**
 * Opens a lab and reads from it in one round of calls: AWS is asked who is asking beside the reads, not before them.
 * @param read changes nothing and shows nothing. Called a second time if another account is asking than was expected.
 * @throws LabError: 2 for bad input, 4 without usable credentials; then what `read` throws
 */
export async function openLabAndRead<T>(
  program: Program,
  options: GlobalOptions,
  read: (from: ReadFrom) => Promise<T>,
  { flags = {}, vpcQuota, beforeCalls }: OpenLabOptions = {},
): Promise<{ lab: OpenLab; found: T }> {
  const memory = labMemory(program.home, (text) => program.terminal.say(`Note: ${plain(text)}`));
  const labs = memory.labs();
  const lab = labName(options.lab ?? DEFAULT_LAB);
  const flagRegion = options.region === undefined ? undefined : regionName(options.region);
  const envRegion = program.env.AWS_REGION || program.env.AWS_DEFAULT_REGION;
  const region = flagRegion ?? envRegion;
  const remembered = labs.find(
    (other) =>
      isStanding(other, lab) &&
      (region === undefined || other.region === region) &&
      (options.profile === undefined || other.profile === options.profile) &&
      (options.simulate === undefined || (other.target === "simulator") === options.simulate) &&
      // Asked for outright, AWS means AWS: not an endpoint that a lab was once made on.
      (options.simulate !== false || other.endpointUrl === options.endpointUrl),
  );
  const profile = options.profile ?? (program.env.AWS_PROFILE ? undefined : remembered?.profile);
  const asked = askedEndpoint(options, program.env);
  const endpointUrl = asked ?? remembered?.endpointUrl;
  const local = await localCredentials(profile, program.env);
  const target = chooseTarget(options, endpointUrl, remembered, local.present);
  const lost = (cause?: unknown) =>
    target === "aws" && remembered?.endpointUrl !== undefined && asked === undefined
      ? lostEndpoint(remembered, memory.folder(remembered), cause)
      : cause;
  if (target === "aws" && !local.present && options.simulate !== false)
    throw lost() ?? (await noCredentials(profile, { isAtEndpoint: asked !== undefined }));
  const credentials = signIn(profile);

  // A lab on the embedded AWS says nothing of one on AWS: its instances live for ever, say.
  const own = remembered?.target === target ? remembered : undefined;
  const chosenRegion = region ?? own?.region ?? local.region;
  // A person without credentials is told that first.
  if (target === "aws" && chosenRegion === undefined) await credentials();
  if (target === "aws" && chosenRegion === undefined)
    throw usageError("No Region is set.", "Name one by --region eu-west-3, or set AWS_REGION.");
  const placeRegion = regionName(chosenRegion ?? "us-east-1");
  // Bad options are found before any call; `--hours` is checked again with its default below.
  const choose = (earlier: RememberedLab | undefined) =>
    labChoices(flags, earlier?.options, defaultHours({ target, endpointUrl }));
  const choices = choose(own);
  beforeCalls?.(target, endpointUrl);

  const onAws = { profile, credentials, endpointUrl };
  const way = await openWay(program, options, { target, region: placeRegion, vpcQuota, ...onAws });
  try {
    const { aws } = way;
    const identity = identify(aws, target, (region) => connect({ region, signal: program.signal, ...onAws }));
    const lately = labs.find((other) => other.target === target && other.profile === profile);
    const expected = expectedAccount(aws, own ?? lately, identity);
    const askedFor = labSpec({ lab, region: placeRegion, ...choices });
    const [{ account, arn }, found] = await besideIdentity(identity, expected, (account) =>
      read({ aws, spec: askedFor, account }),
    );
    const place: Place = {
      lab,
      target,
      region: placeRegion,
      account,
      ...(profile !== undefined && { profile }),
      ...(endpointUrl !== undefined && target === "aws" && { endpointUrl }),
    };
    // Other credentials than then: the lab of that name on that account is another one, and still stands there.
    const isSame = own === undefined || own.account === account;
    const spec = isSame ? askedFor : labSpec({ lab, region: placeRegion, ...choose(undefined) });
    const opened: OpenLab = {
      place,
      spec,
      memory,
      remembered: isSame ? own : undefined,
      elsewhere: labs.filter((other) => isStanding(other, lab) && !isAt(other, place)),
      identity: arn,
      journal: memory.journal(place),
      ...way,
    };
    return { lab: opened, found };
  } catch (error) {
    way.close();
    throw lost(error);
  }
}

/** A lab of the same account elsewhere: another Region's, or another name's. It is closed with the one it comes from. */
export function labBeside(program: Program, lab: OpenLab, where: { lab: string; region: string }): OpenLab {
  const place: Place = { ...lab.place, ...where };
  return {
    ...lab,
    place,
    spec: labSpec({ ...lab.spec, ...where }),
    aws: lab.reopen(program.signal, where.region),
    reopen: (signal, region = where.region) => lab.reopen(signal, region),
    journal: lab.memory.journal(place),
    remembered: lab.memory.labs().find((other) => isStanding(other, where.lab) && isAt(other, place)),
  };
}

function isStanding(remembered: RememberedLab, lab: string): boolean {
  return remembered.lab === lab && remembered.tornDownAt === undefined;
}

function isAt(remembered: RememberedLab, place: Place): boolean {
  return (
    remembered.target === place.target &&
    remembered.region === place.region &&
    remembered.account === place.account
  );
}

function chooseTarget(
  options: GlobalOptions,
  endpointUrl: string | undefined,
  remembered: RememberedLab | undefined,
  hasCredentials: boolean,
): Place["target"] {
  if (options.simulate !== undefined) return options.simulate ? "simulator" : "aws";
  if (endpointUrl !== undefined) return "aws";
  return remembered?.target ?? (hasCredentials ? "aws" : "simulator");
}

interface WayOptions extends Pick<ConnectOptions, "region" | "profile" | "credentials" | "endpointUrl"> {
  readonly target: Place["target"];
  readonly vpcQuota: number | undefined;
}

async function openWay(program: Program, options: GlobalOptions, way: WayOptions) {
  const { target, vpcQuota, ...onAws } = way;
  const common = {
    region: way.region,
    ...(options.debug && { trace: showCall(program.terminal) }),
  };
  if (target === "aws") {
    const reopen = (signal: AbortSignal, region = way.region) =>
      connect({ ...common, ...onAws, region, signal });
    return { aws: reopen(program.signal), reopen, close: () => undefined };
  }
  const embedded = program.embedded ?? (await openWorld(program));
  if (vpcQuota !== undefined) await embedded.grantVpcs(vpcQuota);
  const reopen = (signal: AbortSignal, region = way.region) =>
    connect({ ...common, region, signal, embedded: embedded.connection });
  return { aws: reopen(program.signal), reopen, close: embedded.close };
}

async function openWorld({ home, env }: Program): Promise<Embedded> {
  const { openEmbedded } = await import("../aws/embedded.ts");
  return openEmbedded({
    folder: worldFolder(home),
    speed: simulatorSpeed(env),
    callLatencyMs: simulatorLatency(env),
  });
}

/**
 * `VPCLAB_SIM_SPEED`: a number, or "virtual" (for tests: time jumps to whatever is waited for, and a new world is the
 * same each time). @throws LabError with exit code 2
 */
export function simulatorSpeed(env: NodeJS.ProcessEnv): number | "virtual" {
  const text = env.VPCLAB_SIM_SPEED;
  if (text === "virtual") return text;
  return text ? worldSpeed("VPCLAB_SIM_SPEED", text) : DEFAULT_SPEED;
}

/**
 * `VPCLAB_SIM_LATENCY_MS`: what each call takes of the world's time; default none. Tests count rounds of calls by it.
 * @throws LabError with exit code 2
 */
function simulatorLatency(env: NodeJS.ProcessEnv): number {
  const text = env.VPCLAB_SIM_LATENCY_MS;
  return text ? wholeNumber("VPCLAB_SIM_LATENCY_MS", text, 0, 60_000) : 0;
}

/** @param connectTo the same credentials in another Region */
async function identify(aws: Aws, target: Place["target"], connectTo: (region: string) => Aws) {
  try {
    return await whoAmI(aws);
  } catch (error) {
    if (target === "simulator" || aws.region === ALWAYS_OPEN_REGION) throw error;
    throw await refusedInRegion(error, aws.region, connectTo(ALWAYS_OPEN_REGION));
  }
}

/**
 * The account that is probably asking, without asking AWS: of the credentials where they name it (those of SSO, of a role
 * and of `aws login` do), else of the lab that is remembered. Where nothing says, who is asking has to be known first.
 */
async function expectedAccount(
  aws: Aws,
  remembered: RememberedLab | undefined,
  identity: Promise<Identity>,
): Promise<string> {
  const { accountId } = await aws.sts.config.credentials();
  return accountId ?? remembered?.account ?? (await identity).account;
}

/**
 * Reads while AWS is still asked who is asking. What was read for an account that turns out to be another is dropped, and
 * read again.
 */
async function besideIdentity<T>(
  identity: Promise<Identity>,
  expected: Promise<string>,
  read: (account: Promise<string>) => Promise<T>,
): Promise<[Identity, T]> {
  const [who, guess, reading] = await Promise.allSettled([identity, expected, read(expected)]);
  // Credentials that are no good fail every call; this one tells it best.
  if (who.status === "rejected") throw who.reason;
  const { account } = who.value;
  if (guess.status === "rejected" || guess.value !== account)
    return [who.value, await read(Promise.resolve(account))];
  if (reading.status === "rejected") throw reading.reason;
  return [who.value, reading.value];
}
