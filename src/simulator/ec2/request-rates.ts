/**
 * How often EC2 lets an account call in a Region: a bucket of tokens for each action, and for some a second one that the
 * instances of a call are paid from. Sizes and rates as in the EC2 developer guide, "Request throttling for the Amazon
 * EC2 API" (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html), read in its form of 2025.
 */

/** Full at first; never holds more than its capacity. */
interface Size {
  readonly capacity: number;
  readonly perSecond: number;
}

/** Describe, List, Get and Search. */
const READS: Size = { capacity: 100, perSecond: 20 };
/** Some of them pay from a smaller bucket where they come without filter and without a page's size. */
const UNFILTERED_READS: Size = { capacity: 50, perSecond: 10 };
const FILTERED_BETTER: ReadonlySet<string> = new Set([
  "DescribeInstances",
  "DescribeInstanceStatus",
  "DescribeNetworkInterfaces",
  "DescribeSecurityGroups",
  "DescribeVolumes",
]);
/** Everything else. What the guide calls resource-intensive (peering, rules of groups) has the same numbers. */
const CHANGES: Size = { capacity: 50, perSecond: 5 };
/** The actions with numbers of their own, as far as the embedded AWS has them. */
const OWN: Readonly<Record<string, Size>> = {
  CreateDefaultVpc: { capacity: 1, perSecond: 1 },
  CreateTags: { capacity: 100, perSecond: 10 },
  DeleteTags: { capacity: 100, perSecond: 10 },
  DeleteNetworkInterface: { capacity: 100, perSecond: 5 },
  DeleteVolume: { capacity: 100, perSecond: 5 },
  ModifyNetworkInterfaceAttribute: { capacity: 100, perSecond: 5 },
  RunInstances: { capacity: 5, perSecond: 2 },
  StartInstances: { capacity: 5, perSecond: 2 },
  TerminateInstances: { capacity: 100, perSecond: 5 },
};
/** A token for each instance of the call. */
const INSTANCES: Readonly<Record<string, Size>> = {
  RunInstances: { capacity: 1000, perSecond: 2 },
  StartInstances: { capacity: 1000, perSecond: 2 },
  StopInstances: { capacity: 1000, perSecond: 20 },
  TerminateInstances: { capacity: 1000, perSecond: 20 },
};

/** A call that is about to be made. */
export interface RatedCall {
  readonly region: string;
  /** "RunInstances" */
  readonly action: string;
  /** As EC2's query protocol has them. */
  readonly parameters: URLSearchParams;
}

interface Bucket {
  tokens: number;
  /** When the tokens were counted, in ms of world time. */
  at: number;
}

/** The buckets of one account. They live as long as the process: AWS's are full again after a minute, too. */
export class RequestRates {
  readonly #buckets = new Map<string, Bucket>();

  /**
   * Takes the tokens that a call costs.
   * @param now world time, in ms
   * @returns whether there were enough; if not, none are taken: a throttled call costs nothing [U]
   */
  take({ region, action, parameters }: RatedCall, now: number): boolean {
    const isRead = /^(Describe|List|Get|Search)/.test(action);
    const isUnfiltered = FILTERED_BETTER.has(action) && !isFiltered(parameters);
    const size = OWN[action] ?? (isUnfiltered ? UNFILTERED_READS : isRead ? READS : CHANGES);
    const request = this.#bucket(`${region} ${action}${isUnfiltered ? " unfiltered" : ""}`, size, now);
    const instanceSize = INSTANCES[action];
    const instances = instanceSize && this.#bucket(`${region} ${action} instances`, instanceSize, now);
    const count = instancesOf(parameters);
    if (request.tokens < 1 || (instances && instances.tokens < count)) return false;
    request.tokens -= 1;
    if (instances) instances.tokens -= count;
    return true;
  }

  #bucket(name: string, { capacity, perSecond }: Size, now: number): Bucket {
    const bucket = this.#buckets.get(name) ?? { tokens: capacity, at: now };
    this.#buckets.set(name, bucket);
    bucket.tokens = Math.min(capacity, bucket.tokens + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    return bucket;
  }
}

function isFiltered(parameters: URLSearchParams): boolean {
  return [...parameters.keys()].some((name) => name.startsWith("Filter.") || name === "MaxResults");
}

function instancesOf(parameters: URLSearchParams): number {
  const named = [...parameters.keys()].filter((name) => name.startsWith("InstanceId.")).length;
  return named > 0 ? named : Number(parameters.get("MaxCount") ?? 1);
}
