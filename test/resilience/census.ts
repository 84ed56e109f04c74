/** What stands in a world, counted from its state and not through the code under test. */
import type { RegionState, WorldState } from "../../src/simulator/state.ts";
import { REGION } from "./world.ts";

type Entry = Record<string, unknown> & { tags?: Record<string, string>; vpcId?: string };

/** Everything that stands, by its kind and id. */
export type Census = ReadonlyMap<string, Entry>;

export function census(state: WorldState): Census {
  const { ec2, logs } = state.regions[REGION] as RegionState;
  const standing = new Map<string, Entry>();
  const count = (
    kind: string,
    entries: Record<string, object>,
    isGone: (entry: Entry) => boolean = () => false,
  ) => {
    for (const [id, entry] of Object.entries(entries))
      if (!isGone(entry as Entry)) standing.set(`${kind} ${id}`, entry as Entry);
  };
  const { clientTokens: _tokens, instances, peeringConnections, flowLogs, ...others } = ec2;
  // What AWS goes on showing for a while is not there any more.
  count("instances", instances, (instance) => instance.state === "terminated");
  count("peeringConnections", peeringConnections, ({ status }) => status === "deleted");
  count("flowLogs", flowLogs, (flowLog) => flowLog.deletedAt !== undefined);
  for (const [kind, entries] of Object.entries(others)) count(kind, entries);
  for (const [kind, entries] of Object.entries(state.iam)) count(kind, entries);
  count("logGroups", logs.groups);
  return standing;
}

/** What two runs of the same lab may differ in: chance and time. */
const ACCIDENTAL = new Set([
  "createdAt",
  "updatedAt",
  "launchedAt",
  "runningSince",
  "stateChangedAt",
  "attachedAt",
  "propagatedAt",
  "before",
  "statusMessage",
  "stateReason",
  "expiresAt",
  "macAddress",
  "privateAddress",
  "publicAddress",
  "clientToken",
  "deliverLogsStatus",
  "pending",
  "observedInterfaceIds",
  "streams",
  "description",
  // Time, to IAM: "pending" instances have come up in one run and not yet in the other.
  "state",
]);

/**
 * What stands beside what stood before, a line each, with the lab's own names for ids: the same for any two runs
 * that built the same.
 */
export function shape(now: Census, before: Census): string[] {
  const added = [...now].filter(([key]) => !before.has(key));
  const names = new Map(added.map(([key, entry]) => [idOf(key), entry.tags?.["vpclab:part"] ?? kindOf(key)]));
  const named = (text: string) =>
    text.replace(/\b[a-z]+-[0-9a-f]{17}\b/g, (id) => names.get(id) ?? id.replace(/-.*/, "-…"));
  return added
    .map(([key, entry]) => {
      const { id: _id, ...rest } = entry;
      const text = JSON.stringify(rest, (name, value) => (ACCIDENTAL.has(name) ? undefined : sorted(value)));
      return named(`${kindOf(key)}: ${text}`);
    })
    .sort();
}

/** Rules, routes and policies in one order, whichever came first. */
function sorted(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const withoutIds = value.map((item) => {
    if (typeof item !== "object" || item === null) return item;
    const { id: _id, ...rest } = item;
    return rest;
  });
  const rank = (item: unknown) => JSON.stringify(item).replace(/-[0-9a-f]{17}/g, "");
  return withoutIds.sort((a, b) => rank(a).localeCompare(rank(b)));
}

function kindOf(key: string): string {
  return key.slice(0, key.indexOf(" "));
}

function idOf(key: string): string {
  return key.slice(key.indexOf(" ") + 1);
}
