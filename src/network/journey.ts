/** One packet under way: which components it meets, in which order, and who sees it. */
import {
  contains,
  firstAddress,
  isLoopback,
  isPrivateAddress,
  privateRange,
  toAddress,
  toCidr,
} from "./cidr.ts";
import { type ExplanationCode, type Hop, stopsAt } from "./hop.ts";
import {
  droppedByInternet,
  enterThroughGateway,
  leaveThroughGateway,
  sourceRefusal,
} from "./internet-gateway.ts";
import { networkAclHop } from "./network-acl.ts";
import type { Packet } from "./packet.ts";
import { crossPeering } from "./peering-connection.ts";
import { routeTableHop } from "./route-table.ts";
import { securityGroupHop } from "./security-group.ts";
import type { NetworkInterface } from "./topology.ts";
import type { TopologyIndex } from "./topology-index.ts";
import type { Sighting, Walk } from "./walk.ts";

/** This host, loopback, link-local, multicast, reserved and broadcast. */
const NEVER_ROUTED = ["0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4"].map(toCidr);

/** What the packet has met so far, and how it looks by now. Send it once, then take the result. */
export class Journey {
  readonly #network: TopologyIndex;
  readonly #sent: Packet;
  readonly #isReply: boolean;
  readonly #hops: Hop[] = [];
  readonly #sightings: Sighting[] = [];
  #packet: Packet;
  #receiver: NetworkInterface | undefined;

  constructor(network: TopologyIndex, packet: Packet, isReply: boolean) {
    this.#network = network;
    this.#sent = packet;
    this.#packet = packet;
    this.#isReply = isReply;
  }

  result(): Walk {
    const last = this.#hops.at(-1);
    const delivered = last?.verdict === "delivered";
    return {
      hops: this.#hops,
      delivered,
      deliveredTo: delivered ? this.#receiver?.id : undefined,
      sightings: this.#sightings,
      arrived: delivered ? this.#packet : this.#sent,
    };
  }

  sendFrom(sender: NetworkInterface): void {
    const { destination } = this.#packet;
    if (sender.isUp && isLoopback(destination)) {
      // The host takes the address as its own source, too: its reply goes the same way.
      this.#packet = { ...this.#packet, source: destination };
      this.#deliverTo(sender, "a loopback address: the packet never leaves the instance");
      return;
    }
    const refusal = this.#whyNotSent(sender);
    if (refusal) {
      const [reason, code] = refusal;
      this.#pass({
        kind: "source",
        component: sender.id,
        name: sender.name,
        verdict: "dropped",
        reason,
        code,
      });
      return;
    }
    if (destination === sender.privateAddress) {
      // The host's own loopback: no security group and no flow log sees it.
      this.#deliverTo(sender, "its own address: the packet never leaves the instance");
      return;
    }
    const subnet = this.#network.subnetOf(sender);
    const neighbour = contains(subnet.cidr, destination);
    const isLetOut =
      this.#pass(securityGroupHop(this.#network, sender, this.#packet, true, this.#isReply)) &&
      (neighbour || this.#pass(networkAclHop(this.#network, subnet, this.#packet, true)));
    this.#sight(sender, isLetOut ? "ACCEPT" : "REJECT", "egress");
    if (!isLetOut) return;
    // Inside one subnet there is no router between the two: neither network ACL nor route table is asked.
    if (neighbour) this.#arriveIn(sender.vpcId, { crossesSubnets: false });
    else this.#route(sender);
  }

  sendFromInternet(): void {
    const { source, destination } = this.#packet;
    const receiver = this.#network.withPublicAddress(destination);
    const range = privateRange(source);
    if (range) {
      this.#pass(
        droppedByInternet(`${source} is a private address that nothing here has`, sourceRefusal(range)),
      );
    } else if (receiver) {
      this.#enterFromInternet(receiver);
    } else {
      const why = isPrivateAddress(destination)
        ? `${destination} is a private address, which the internet does not route`
        : `no network interface here has ${destination}`;
      this.#pass(droppedByInternet(why, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"));
    }
  }

  #whyNotSent(sender: NetworkInterface): readonly [string, ExplanationCode] | undefined {
    if (!sender.isUp) return [`${sender.instanceId ?? sender.id} is not running`, "BAD_STATE"];
    const vpc = this.#network.vpc(sender.vpcId);
    const services = [
      // The router of the subnet and Amazon's DNS answer by themselves: AWS-FACTS §4, not logged.
      firstAddress(toCidr(this.#network.subnetOf(sender).cidr)) + 1,
      ...(vpc?.cidrs ?? []).map((cidr) => firstAddress(toCidr(cidr)) + 2),
    ];
    const { destination } = this.#packet;
    const address = toAddress(destination);
    if (services.includes(address) || NEVER_ROUTED.some((cidr) => contains(cidr, address))) {
      return [`${destination} is not an address that travels through a VPC`, "UNKNOWN_DESTINATION"];
    }
    return undefined;
  }

  #route(sender: NetworkInterface): void {
    const { destination } = this.#packet;
    const hop = routeTableHop(this.#network, this.#network.subnetOf(sender), destination);
    if (!this.#pass(hop) || hop.target === undefined) return;
    if (hop.target === "local") {
      this.#arriveIn(sender.vpcId, { crossesSubnets: true });
    } else if (hop.target.startsWith("pcx-")) {
      const crossing = crossPeering(this.#network, hop.target, sender.vpcId, destination);
      if (this.#pass(crossing.hop) && crossing.vpcId)
        this.#arriveIn(crossing.vpcId, { crossesSubnets: true });
    } else {
      const crossing = leaveThroughGateway(this.#network, hop.target, sender, this.#packet);
      if (!this.#pass(crossing.hop)) return;
      this.#packet = crossing.packet;
      const receiver = this.#network.withPublicAddress(destination);
      if (receiver) this.#enterFromInternet(receiver);
      else this.#deliverToInternet();
    }
  }

  #enterFromInternet(receiver: NetworkInterface): void {
    const crossing = enterThroughGateway(this.#network, receiver, this.#packet);
    if (!this.#pass(crossing.hop)) return;
    this.#packet = crossing.packet;
    this.#arriveAt(receiver, { crossesSubnets: true });
  }

  #arriveIn(vpcId: string, way: { crossesSubnets: boolean }): void {
    const { destination } = this.#packet;
    const receiver = this.#network.inVpc(vpcId, destination);
    if (receiver) {
      this.#arriveAt(receiver, way);
      return;
    }
    this.#pass({
      kind: "destination",
      component: vpcId,
      name: this.#network.vpc(vpcId)?.name,
      verdict: "dropped",
      reason: `no network interface has ${destination}`,
      code: "NO_POSSIBLE_DESTINATION",
    });
  }

  #arriveAt(receiver: NetworkInterface, way: { crossesSubnets: boolean }): void {
    if (!receiver.isUp) {
      this.#pass({
        kind: "destination",
        component: receiver.id,
        name: receiver.name,
        verdict: "dropped",
        reason: `${receiver.instanceId ?? receiver.id} is not running`,
        code: "BAD_STATE",
      });
      return;
    }
    const subnet = this.#network.subnetOf(receiver);
    const isLetIn =
      (!way.crossesSubnets || this.#pass(networkAclHop(this.#network, subnet, this.#packet, false))) &&
      this.#pass(securityGroupHop(this.#network, receiver, this.#packet, false, this.#isReply));
    this.#sight(receiver, isLetIn ? "ACCEPT" : "REJECT", "ingress");
    if (isLetIn) this.#deliverTo(receiver, `${receiver.instanceId ?? receiver.id} receives it`);
  }

  #deliverTo(receiver: NetworkInterface, reason: string): void {
    this.#receiver = receiver;
    this.#pass({
      kind: "destination",
      component: receiver.id,
      name: receiver.name,
      verdict: "delivered",
      reason,
    });
  }

  #deliverToInternet(): void {
    const reason = `on to ${this.#packet.destination}`;
    this.#pass({ kind: "internet", component: "internet", verdict: "delivered", reason });
  }

  /** Notes a hop; whether the packet goes on after it. */
  #pass(hop: Hop): boolean {
    this.#hops.push(hop);
    return !stopsAt(hop);
  }

  #sight(at: NetworkInterface, action: Sighting["action"], flow: Sighting["flow"]): void {
    const { source, destination, sourcePort, destinationPort } = this.#packet;
    this.#sightings.push({
      networkInterfaceId: at.id,
      action,
      flow,
      source,
      destination,
      sourcePort,
      destinationPort,
    });
  }
}
