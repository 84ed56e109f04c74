/** "Did you mean srcAddr?": field names are case-sensitive, and flow-log documentation spells them otherwise. */
import { DISCOVERED_FIELDS } from "./event.ts";

/** What people write for a field, in lower case without punctuation. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    account: "accountId",
    destaddr: "dstAddr",
    destaddress: "dstAddr",
    destination: "dstAddr",
    destinationaddress: "dstAddr",
    destinationip: "dstAddr",
    destinationport: "dstPort",
    destip: "dstAddr",
    destport: "dstPort",
    dstip: "dstAddr",
    eni: "interfaceId",
    ingestiontime: "@ingestionTime",
    loggroup: "@log",
    logstream: "@logStream",
    message: "@message",
    proto: "protocol",
    source: "srcAddr",
    sourceaddress: "srcAddr",
    sourceip: "srcAddr",
    sourceport: "srcPort",
    srcip: "srcAddr",
    status: "logStatus",
    time: "@timestamp",
    timestamp: "@timestamp",
  }),
);

/**
 * The field that was probably meant; undefined if the name is right, or nothing is near.
 * `defined`: further names that exist, such as the query's own aliases.
 */
export function suggestField(name: string, defined: readonly string[] = []): string | undefined {
  const known = [...defined, ...DISCOVERED_FIELDS];
  if (known.includes(name)) return undefined;
  const bare = reduce(name);
  if (bare === "") return undefined;
  const alike = known.find((candidate) => reduce(candidate) === bare) ?? OTHER_NAMES.get(bare);
  return alike ?? nearest(name, known);
}

/** The candidate that differs the least from the name, undefined if none is near or the name is one of them. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (candidates.includes(name)) return undefined;
  const bare = reduce(name);
  let best: string | undefined;
  // One slip in a short name, two in a longer one: more would suggest names that have nothing to do with it.
  let least = (bare.length <= 4 ? 1 : 2) + 1;
  for (const candidate of candidates) {
    const steps = distance(bare, reduce(candidate));
    if (steps < least) {
      least = steps;
      best = candidate;
    }
  }
  return best;
}

function reduce(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The least number of letters to add, drop or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
