/** One packet of the lab, followed: where it stops, what the flow log will show, and what would let it pass. */
import type { Instance } from "@aws-sdk/client-ec2";
import { AGENT_CALLS } from "../aws/agent.ts";
import { isStanding } from "../aws/instance.ts";
import { ofPart } from "../aws/inventory.ts";
import type { LabNetwork } from "../aws/topology.ts";
import { byText } from "../lab/order.ts";
import type { LabSpec } from "../lab/spec.ts";
import { type Advice, adviseOn } from "../network/advice.ts";
import { applyChange } from "../network/change.ts";
import { awsCommand, describeChange } from "../network/change-command.ts";
import { type Forecast, forecastRecords } from "../network/flow-log-forecast.ts";
import { type Hop, stopsAt } from "../network/hop.ts";
import { echoRequest, firstPacket, type Packet, TCP, UDP } from "../network/packet.ts";
import { type SourcePorts, sourcePortsOf } from "../network/source-ports.ts";
import type { NetworkInterface, Topology } from "../network/topology.ts";
import { type RoundTrip, walkRoundTrip } from "../network/walk.ts";
import { type InstancePart, noInstance } from "../steps/hosts.ts";
import { repairedBy, tagsOfNew } from "../steps/repairs.ts";
import { whereItStops } from "../steps/walk-finding.ts";

/** Which packet is asked about. */
export interface Question {
  readonly target: string;
  readonly from: InstancePart;
  readonly protocol: "icmp" | "tcp" | "udp";
  /** 0 for ICMP. */
  readonly port: number;
}

/** What came of it. */
export interface Explanation {
  readonly question: Question;
  readonly address: string;
  /** Whose address it is: an instance of the lab; undefined for anybody else's. */
  readonly to: InstancePart | undefined;
  readonly scope: "private" | "public" | "other";
  /** Of TCP and UDP from a source port that does not get through, where some do and some do not. */
  readonly trip: RoundTrip;
  /** Which source ports do; empty where all that a client may take fare alike. */
  readonly sourcePorts: readonly SourcePorts[];
  /** Where it stops; undefined where the packet arrives and its reply too. */
  readonly stop: { readonly way: "there" | "back"; readonly number: number; readonly hop: Hop } | undefined;
  readonly forecast: readonly Forecast[];
  /** Whether any flow log listens in the lab. */
  readonly isLogged: boolean;
  readonly advice: Advice;
  /** Each change in words and as a command, in the order in which to make them. */
  readonly instructions: readonly { readonly text: string; readonly command: string }[];
  /** The step of the lab that makes all of them; undefined where none does. */
  readonly repairedBy: string | undefined;
  /**
   * Of a ping that passes, or would: what keeps `vpclab ping` from running it all the same, since the sender's agent has
   * no way to Systems Manager then either. Undefined where nothing does.
   */
  readonly agentStop: string | undefined;
}

/** @throws LabError "not-there" where an instance is missing */
export function explain(spec: LabSpec, network: LabNetwork, question: Question): Explanation {
  const { topology } = network;
  const [one, two] = [interfaceOf(network, "instance-1"), interfaceOf(network, "instance-2")];
  const sender = (question.from === "instance-1" ? one : two) ?? missing(question.from, spec.region);
  const other = question.from === "instance-1" ? "instance-2" : "instance-1";
  const addressee = question.from === "instance-1" ? two : one;
  const isNamed = question.target === "private" || question.target === "public";
  if (isNamed && addressee === undefined) missing(other, spec.region);
  const address =
    question.target === "private"
      ? addressee?.privateAddress
      : question.target === "public"
        ? addressee?.publicAddress
        : question.target;
  const isOf = (side: NetworkInterface | undefined) =>
    isNamed ? side === addressee : side?.privateAddress === address || side?.publicAddress === address;
  const to = isOf(two) ? "instance-2" : isOf(one) ? "instance-1" : undefined;
  const scope = isNamed
    ? question.target === "private"
      ? "private"
      : "public"
    : to === undefined
      ? "other"
      : [one, two].some((side) => side?.privateAddress === address)
        ? "private"
        : "public";
  const known = { question, address: address ?? "", to, scope } as const;
  const told = (trip: RoundTrip, advice: Advice, sourcePorts: readonly SourcePorts[] = []): Explanation => ({
    ...known,
    trip,
    sourcePorts,
    stop: stopOf(trip),
    forecast: forecastRecords(topology, trip, network.flowLogs),
    isLogged: network.flowLogs.length > 0,
    advice,
    instructions: advice.changes.map((change) => ({
      text: describeChange(change, topology),
      command: awsCommand(change, spec.region, tagsOfNew(change, spec, topology)),
    })),
    repairedBy: repairedBy(advice.changes, spec, topology),
    agentStop:
      question.protocol === "icmp" && advice.suffices
        ? agentStop(advice.changes.reduce(applyChange, topology), sender)
        : undefined,
  });
  if (address === undefined) return told(...withoutAddress(sender, addressee ?? missing(other, spec.region)));
  const packet = packetOf(question, sender.privateAddress, address);
  const options = { from: sender.id };
  if (question.protocol === "icmp")
    return told(walkRoundTrip(topology, packet, options), adviseOn(topology, packet, options));
  const ranges = sourcePortsOf(topology, packet, options);
  const sourcePort = ranges.length > 1 ? closedPort(ranges) : undefined;
  const shown = sourcePort === undefined ? packet : { ...packet, sourcePort };
  return told(
    walkRoundTrip(topology, shown, options),
    adviseOnEach(topology, shown, options),
    sourcePort === undefined ? [] : ranges,
  );
}

function closedPort(ranges: readonly SourcePorts[]): number | undefined {
  return ranges.find(({ reachable }) => !reachable)?.from;
}

/** What lets the packet pass from this source port, and then from each other one that is still stopped. */
function adviseOnEach(topology: Topology, packet: Packet, options: { readonly from: string }): Advice {
  let advice = adviseOn(topology, packet, options);
  while (advice.suffices) {
    const network = advice.changes.reduce(applyChange, topology);
    const sourcePort = closedPort(sourcePortsOf(network, packet, options));
    if (sourcePort === undefined) break;
    const more = adviseOn(network, { ...packet, sourcePort }, options);
    advice = { ...more, changes: [...advice.changes, ...more.changes] };
  }
  return advice;
}

function agentStop(topology: Topology, { id, privateAddress }: NetworkInterface): string | undefined {
  const { address, port } = AGENT_CALLS;
  const call = firstPacket({ protocol: TCP, source: privateAddress, destination: address, port });
  return whereItStops(walkRoundTrip(topology, call, { from: id }));
}

function packetOf({ protocol, port }: Question, source: string, destination: string): Packet {
  if (protocol === "icmp") return echoRequest(source, destination);
  return firstPacket({ protocol: protocol === "tcp" ? TCP : UDP, source, destination, port });
}

/** A public address that is not there: no packet can be sent to it, and that is the answer. */
function withoutAddress(sender: NetworkInterface, addressee: NetworkInterface): [RoundTrip, Advice] {
  const { id, name, instanceId, isUp } = addressee;
  const hop: Hop = {
    kind: "destination",
    component: id,
    name,
    verdict: "dropped",
    reason: isUp
      ? "it has no public address, so nothing on the internet can name it"
      : `it has no public address while ${instanceId ?? id} is not running`,
    code: "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
  };
  const arrived = echoRequest(sender.privateAddress, "0.0.0.0");
  const trip = { there: { hops: [hop], delivered: false, sightings: [], arrived }, reachable: false };
  return [
    trip,
    isUp || instanceId === undefined
      ? { changes: [{ kind: "associate-address", networkInterfaceId: id }], suffices: true }
      : { changes: [{ kind: "start-instance", instanceId }], suffices: true },
  ];
}

/** The primary interface of one of the lab's instances. */
function interfaceOf({ topology, instances }: LabNetwork, part: InstancePart): NetworkInterface | undefined {
  const age = ({ LaunchTime, InstanceId }: Instance) => `${LaunchTime?.toISOString() ?? ""} ${InstanceId}`;
  const [instance] = ofPart(instances, part).filter(isStanding).sort(byText(age));
  return topology.networkInterfaces.find(
    ({ instanceId }) => instanceId !== undefined && instanceId === instance?.InstanceId,
  );
}

function missing(part: InstancePart, region: string): never {
  throw noInstance(part, region);
}

function stopOf({ there, back }: RoundTrip): Explanation["stop"] {
  for (const [way, walk] of [["there", there] as const, ["back", back] as const]) {
    const index = walk?.hops.findIndex(stopsAt) ?? -1;
    const hop = walk?.hops[index];
    if (hop) return { way, number: index + 1 + (way === "back" ? there.hops.length : 0), hop };
  }
  return undefined;
}
