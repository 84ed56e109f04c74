/** What the lab costs while it stands. US dollars; on-demand Linux prices as of AWS-FACTS §2. */

import { plural } from "./figures.ts";

/** An hour of an instance, where we know the Region's own price; others are reckoned at us-east-1's. */
const INSTANCE_HOUR: Record<string, Record<string, number>> = {
  "us-east-1": { "t2.micro": 0.0116, "t3.micro": 0.0104 },
  "eu-west-3": { "t2.micro": 0.0132, "t3.micro": 0.0118 },
};
/** The same in every Region, in use or not. */
const PUBLIC_IPV4_HOUR = 0.005;
/** gp3, $0.08 a GB-month, of 730 hours as AWS reckons them; attached to an instance or not. */
const VOLUME_GIB_HOUR = 0.08 / 730;
/** Of Amazon Linux 2023. */
const ROOT_VOLUME_GIB = 8;

export interface HourlyPrice {
  readonly total: number;
  readonly items: readonly { readonly text: string; readonly perHour: number }[];
  /** False where the instance price is another Region's or another type's. */
  readonly isExact: boolean;
}

/**
 * The price an hour of the instances that run, their public addresses and their disks. Everything else in the lab
 * costs nothing by the hour; logs cost by the gigabyte, which a few pings do not reach.
 * @param instanceTypes one entry for each running instance
 * @param volumesGiB the size of each disk there is; default: the root volumes of these instances
 */
export function hourlyPrice(
  region: string,
  instanceTypes: readonly string[],
  volumesGiB: readonly number[] = instanceTypes.map(() => ROOT_VOLUME_GIB),
): HourlyPrice {
  const count = instanceTypes.length;
  const known = instanceTypes.map((type) => INSTANCE_HOUR[region]?.[type]);
  const priced = instanceTypes.map((type, i) => known[i] ?? INSTANCE_HOUR["us-east-1"]?.[type] ?? 0.0116);
  const items = [
    {
      text: `${plural(count, "instance")} (${[...new Set(instanceTypes)].join(", ")})`,
      perHour: sum(priced),
    },
    {
      text: plural(count, "public IPv4 address", "public IPv4 addresses"),
      perHour: count * PUBLIC_IPV4_HOUR,
    },
    {
      text: `${plural(volumesGiB.length, "volume")}, ${sum(volumesGiB)} GiB (gp3)`,
      perHour: volumePrice(volumesGiB),
    },
  ];
  return {
    total: sum(items.map((item) => item.perHour)),
    items,
    isExact: known.every((price) => price !== undefined),
  };
}

/** The price an hour of disks, by their sizes. */
export function volumePrice(volumesGiB: readonly number[]): number {
  return sum(volumesGiB) * VOLUME_GIB_HOUR;
}

/** A gigabyte that Logs Insights scans; us-east-1's price (AWS-FACTS §2), a little more elsewhere. */
const SCANNED_GB = 0.005;

/** What a query costs, in US dollars, by the bytes that it scanned. */
export function scanPrice(bytes: number): number {
  return (bytes / 1e9) * SCANNED_GB;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
