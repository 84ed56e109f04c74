/** An instance of the embedded AWS as the machine that the guest's programs run on. */
import type { Packet, Walk } from "../../network/walk.ts";
import type { Context } from "../context.ts";
import { privateDnsName } from "../ec2/instances/addresses.ts";
import { sendPacket, sendReply } from "../ec2/packets.ts";
import type { InstanceState } from "../ec2/state.ts";
import { hostAt } from "./hosts.ts";
import { resolve } from "./names.ts";
import type { Answer, Machine } from "./program.ts";

const TCP = 6;
const UDP = 17;
const SSH_PORT = 22;
/** A reset: TCP and IP header, nothing else. */
const RESET_BYTES = 40;
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
      if (isSelf(packet)) return answerOfInstance(packet, context.randomInteger(18, 60), OWN_TTL);
      const there = sendPacket(context, packet, bytes, { from: id });
      const answer = there.delivered ? answerTo(context, packet, there) : undefined;
      if (!answer) return undefined;
      const back = sendReply(context, there, answer.isRefused ? RESET_BYTES : bytes);
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
    return answerOfInstance(packet, rtt, crossesGateway ? OWN_TTL - 1 : OWN_TTL);
  }
  const host = hostAt(packet.destination);
  const isFiltered = packet.protocol === TCP && !host?.tcpPorts.includes(packet.destinationPort);
  if (!host || isFiltered || packet.protocol === UDP) return undefined;
  return { rttMicroseconds: context.randomInteger(...host.rttMicroseconds), ttl: host.ttl };
}

/** An instance answers pings, serves SSH and nothing else. */
function answerOfInstance(packet: Packet, rttMicroseconds: number, ttl: number): Answer | undefined {
  if (packet.protocol === UDP) return undefined;
  const isRefused = packet.protocol === TCP && packet.destinationPort !== SSH_PORT;
  return { rttMicroseconds, ttl, ...(isRefused && { isRefused }) };
}
