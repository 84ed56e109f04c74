/** What flow logs will show of a packet and its reply: which interface notes what, and which flow log keeps it. */
import type { NetworkInterface, Topology } from "./topology.ts";
import { topologyIndex } from "./topology-index.ts";
import type { RoundTrip, Sighting } from "./walk.ts";

/** A flow log: where it listens, and what it keeps. */
export interface FlowLogScope {
  readonly id: string;
  /** vpc-…, subnet-… or eni-…: it logs every interface in it. */
  readonly resourceId: string;
  readonly trafficType: "ALL" | "ACCEPT" | "REJECT";
  /** The log group, or the ARN of what else takes its records. */
  readonly destination?: string | undefined;
  /** Why its records do not arrive; undefined where they do. */
  readonly failure?: string | undefined;
}

export interface ForecastRecord extends Sighting {
  /** Whether it is the request or the reply that is seen. */
  readonly of: "request" | "reply";
  /** The flow logs that keep it. */
  readonly keptBy: readonly string[];
}

export interface Forecast {
  readonly networkInterface: NetworkInterface;
  /** All that listen there; empty: nothing of this interface is logged. */
  readonly flowLogs: readonly FlowLogScope[];
  readonly records: readonly ForecastRecord[];
}

/** For each interface that the round trip meets, or would have met: the sender's and the addressee's. */
export function forecastRecords(
  topology: Topology,
  { there, back }: RoundTrip,
  flowLogs: readonly FlowLogScope[],
): Forecast[] {
  const sightings = [
    ...there.sightings.map((sighting) => ({ ...sighting, of: "request" as const })),
    ...(back?.sightings ?? []).map((sighting) => ({ ...sighting, of: "reply" as const })),
  ];
  const met = new Set(sightings.map(({ networkInterfaceId }) => networkInterfaceId));
  if (!there.delivered) {
    const index = topologyIndex(topology);
    const { destination } = there.arrived;
    const addressee = index.withPublicAddress(destination) ?? index.withPrivateAddress(destination)[0];
    if (addressee) met.add(addressee.id);
  }
  return [...met]
    .flatMap((id) => topology.networkInterfaces.filter((one) => one.id === id))
    .map((networkInterface) => {
      const { id, subnetId, vpcId } = networkInterface;
      const listening = flowLogs.filter(({ resourceId }) => [id, subnetId, vpcId].includes(resourceId));
      return {
        networkInterface,
        flowLogs: listening,
        records: sightings
          .filter(({ networkInterfaceId }) => networkInterfaceId === id)
          .map((sighting) => ({
            ...sighting,
            keptBy: listening
              .filter(({ trafficType }) => trafficType === "ALL" || trafficType === sighting.action)
              .map((flowLog) => flowLog.id),
          })),
      };
    });
}
