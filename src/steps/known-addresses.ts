/** Names for addresses in what is shown: the lab's instances, AWS, the internet. The one place where they are given. */
import type { Instance } from "@aws-sdk/client-ec2";
import type { Aws } from "../aws/clients.ts";
import { describeInstances, isStanding } from "../aws/instance.ts";
import { ofPart } from "../aws/inventory.ts";
import { labFilters } from "../aws/tags.ts";
import { type WhoseAddress, whoseAddress } from "../flow-logs/addresses.ts";
import { AWS_RANGES } from "../flow-logs/aws-ranges.ts";
import type { Journal, JournalEntry } from "../lab/journal.ts";
import type { LabSpec, Side } from "../lab/spec.ts";
import type { InstancePart } from "./hosts.ts";

/** By its private address: all that its own interface ever sees of it. */
export const INSTANCE_1 = "instance 1";

export interface InstanceAddresses {
  readonly private: readonly string[];
  readonly public: readonly string[];
}

export interface KnownAddresses {
  readonly instances: Readonly<Record<InstancePart, InstanceAddresses>>;
  /** "instance 1", "instance 2 public", "AWS", "a private address", … "internet"; undefined for what is no address. */
  readonly whose: WhoseAddress;
  /** Whether an address is a private one of this network interface of an instance. */
  isOf(address: string, interfaceId: string): boolean;
}

/** What can be said of an address without asking AWS for the lab's. */
export const STRANGERS_ONLY: KnownAddresses = knownAddressesOf([]);

/** Reads the addresses of the lab's instances; one call. The journal knows those that were pinged before a restart. */
export async function readKnownAddresses(lab: {
  readonly aws: Aws;
  readonly spec: LabSpec;
  readonly journal: Journal;
}): Promise<KnownAddresses> {
  const instances = await describeInstances(lab.aws, labFilters(lab.spec));
  return knownAddressesOf(instances, lab.journal.entries());
}

/**
 * @param instances the lab's, as an inventory has them
 * @param journal names public addresses that an instance had: after a stop and a start they are somebody else's, and
 *   the records of before are the lab's all the same
 */
export function knownAddressesOf(
  instances: readonly Instance[],
  journal: readonly JournalEntry[] = [],
): KnownAddresses {
  const addressesOf = (side: Side): InstanceAddresses => {
    const own = ofPart(instances, `instance-${side}`).filter(isStanding);
    return {
      private: own.flatMap(({ PrivateIpAddress = [] }) => PrivateIpAddress),
      public: own.flatMap(({ PublicIpAddress = [] }) => PublicIpAddress),
    };
  };
  const [one, two] = [addressesOf(1), addressesOf(2)];
  const interfaces = new Map(
    instances
      .flatMap(({ NetworkInterfaces = [] }) => NetworkInterfaces)
      .map(({ NetworkInterfaceId, PrivateIpAddress }) => [NetworkInterfaceId, PrivateIpAddress]),
  );
  return {
    instances: { "instance-1": one, "instance-2": two },
    whose: namesFor(one, two, { one: pingedAs("instance-1", journal), two: pingedAs("instance-2", journal) }),
    isOf: (address, interfaceId) => interfaces.get(interfaceId) === address,
  };
}

function pingedAs(part: InstancePart, journal: readonly JournalEntry[]): string[] {
  return journal.flatMap((entry) =>
    entry.kind === "ping" && entry.ping.to === part && entry.ping.scope === "public"
      ? entry.ping.address
      : [],
  );
}

/**
 * The names, of what is known of instance 1 and of instance 2.
 * @param earlier public addresses that they had; those of now come before
 */
export function namesFor(
  one: InstanceAddresses,
  two: InstanceAddresses,
  earlier: { readonly one: readonly string[]; readonly two: readonly string[] } = { one: [], two: [] },
): WhoseAddress {
  // Of an address that has two names the last one counts.
  const names = {
    "instance 1 public, earlier": earlier.one,
    "instance 2 public, earlier": earlier.two,
    [INSTANCE_1]: one.private,
    "instance 1 public": one.public,
    "instance 2": two.private,
    "instance 2 public": two.public,
  };
  return whoseAddress(names, AWS_RANGES);
}

/** Whether an owner is one of the lab's own instances; the "instance metadata" is not. */
export function isLabs(owner: string | undefined): boolean {
  return owner !== undefined && /^instance [12]\b/.test(owner);
}
