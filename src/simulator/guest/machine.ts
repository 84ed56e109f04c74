/** An instance of the embedded AWS as the machine that the guest's programs run on. */
import { firstAddress, formatAddress, toCidr } from "../../network/cidr.ts";
import type { Packet } from "../../network/packet.ts";
import type { Walk } from "../../network/walk.ts";
import type { Context } from "../context.ts";
import { privateDnsName } from "../ec2/dns-names.ts";
import { GATEWAY_MTU, sendPacket, sendReply, sendUncut } from "../ec2/packets.ts";
import type { InstanceState, NetworkInterfaceState } from "../ec2/state.ts";
import { hostAt } from "./hosts.ts";
import { resolve } from "./names.ts";
import type { Answer, Machine } from "./program.ts";

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const SSH_PORT = 22;
/** A reset: TCP and IP header, nothing else. */
const RESET_BYTES = 40;
/** The ICMP message with as much of the packet as Linux quotes. */
const PORT_UNREACHABLE_BYTES = 576;
/** Amazon Linux 2023 sends with 127 instead of Linux's 64; the routers inside a VPC take nothing off it. */
const OWN_TTL = 127;

/** The machine at this moment; undefined unless the instance runs. */
export function machineOf(context: Context, instance: InstanceState): Machine | undefined {
  const networkInterface = context.region.ec2.networkInterfaces[instance.networkInterfaceId];
  if (instance.state !== "running" || !networkInterface) return undefined;
  const { id, privateAddress, vpcId } = networkInterface;
  const isSelf = ({ destination }: Packet) =>
    destination.startsWith("127.") || destination === privateAddress;
  return {
    now: context.now,
    privateAddress,
    hostname: privateDnsName(context.regionName, privateAddress),
    randomInteger: (low, high) => context.randomInteger(low, high),
    resolve: (name) => resolve(context, vpcId, name),
    exchange(packet, bytes) {
      if (isSelf(packet)) return answerOfInstance(instance, packet, context.randomInteger(18, 60), OWN_TTL);
      const there = sendUncut(context, packet, bytes, { from: id });
      if (there.isTooLong)
        return {
          rttMicroseconds: context.randomInteger(60, 190),
          ttl: 255,
          tooLong: { router: routerOf(context, networkInterface), mtu: GATEWAY_MTU },
        };
      const answer = there.delivered ? answerTo(context, packet, there) : undefined;
      if (!answer) return undefined;
      const back =
        packet.protocol === UDP
          ? sendPortUnreachable(context, there)
          : sendReply(context, there, answer.isRefused ? RESET_BYTES : bytes);
      return back.delivered ? answer : undefined;
    },
    converse(connection, packets) {
      if (isSelf(connection)) return;
      let there: Walk | undefined;
      for (const { from, bytes } of packets) {
        if (from === "us") there = sendPacket(context, connection, bytes, { from: id });
        else if (there?.delivered) sendReply(context, there, bytes);
      }
    },
  };
}

/** What the one that a packet was delivered to answers. */
function answerTo(context: Context, packet: Packet, there: Walk): Answer | undefined {
  if (there.deliveredTo !== undefined) {
    const crossesGateway = there.hops.some((hop) => hop.kind === "internet-gateway");
    const rtt = context.randomInteger(370, 690) + (crossesGateway ? context.randomInteger(20, 160) : 0);
    const receiver = Object.values(context.region.ec2.instances).find(
      ({ networkInterfaceId }) => networkInterfaceId === there.deliveredTo,
    );
    return answerOfInstance(receiver, packet, rtt, crossesGateway ? OWN_TTL - 1 : OWN_TTL);
  }
  const host = hostAt(packet.destination);
  const isFiltered = packet.protocol === TCP && !host?.tcpPorts.includes(packet.destinationPort);
  if (!host || isFiltered || packet.protocol === UDP) return undefined;
  return { rttMicroseconds: context.randomInteger(...host.rttMicroseconds), ttl: host.ttl };
}

/** An instance answers pings, serves SSH, and the web where its user data set that up. Nothing listens to UDP. */
function answerOfInstance(
  instance: InstanceState | undefined,
  { protocol, destinationPort }: Packet,
  rttMicroseconds: number,
  ttl: number,
): Answer {
  const answer = { rttMicroseconds, ttl };
  if (protocol === UDP) return { ...answer, isRefused: true };
  if (protocol !== TCP || destinationPort === SSH_PORT) return answer;
  const webServer = instance?.webServer;
  return webServer?.port === destinationPort ? { ...answer, webServer } : { ...answer, isRefused: true };
}

/** What Linux says to UDP that nothing listens to; it quotes the beginning of what it answers. */
function sendPortUnreachable(context: Context, there: Walk): Walk {
  const { source, destination } = there.arrived;
  return sendPacket(
    context,
    {
      protocol: ICMP,
      source: destination,
      destination: source,
      sourcePort: 0,
      destinationPort: 0,
      icmp: { type: 3, code: 3 },
    },
    PORT_UNREACHABLE_BYTES,
    { isReply: true, from: there.deliveredTo },
  );
}

/** The first address of a subnet is the VPC's router. */
function routerOf(context: Context, { subnetId }: NetworkInterfaceState): string {
  const subnet = context.region.ec2.subnets[subnetId];
  return subnet ? formatAddress(firstAddress(toCidr(subnet.cidr)) + 1) : "";
}
