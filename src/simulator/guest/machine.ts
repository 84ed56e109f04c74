/** An instance of the embedded AWS as the machine that the guest's programs run on. */
import type { Context } from "../context.ts";
import { privateDnsName } from "../ec2/instances/addresses.ts";
import { sendPacket, sendReply } from "../ec2/packets.ts";
import type { InstanceState } from "../ec2/state.ts";
import { isIpv4Loopback, knownHost } from "./hosts.ts";
import type { Machine } from "./program.ts";

/** Amazon Linux 2023 sends with 127 instead of Linux's 64; the routers inside a VPC take nothing off it. */
const OWN_TTL = 127;

/** The machine at this moment; undefined unless the instance runs. */
export function machineOf(context: Context, instance: InstanceState): Machine | undefined {
  const networkInterface = context.region.ec2.networkInterfaces[instance.networkInterfaceId];
  if (instance.state !== "running" || !networkInterface) return undefined;
  const { privateAddress } = networkInterface;
  return {
    now: context.now,
    privateAddress,
    hostname: privateDnsName(context.regionName, privateAddress),
    randomInteger: (low, high) => context.randomInteger(low, high),
    exchange(packet, bytes) {
      if (isIpv4Loopback(packet.destination) || packet.destination === privateAddress)
        return { rttMicroseconds: context.randomInteger(18, 60), ttl: OWN_TTL };
      const there = sendPacket(context, packet, bytes, { from: networkInterface.id });
      if (!there.delivered) return undefined;
      const host = there.deliveredTo === undefined ? knownHost(packet.destination) : undefined;
      if (there.deliveredTo === undefined && !host) return undefined;
      if (!sendReply(context, there, bytes).delivered) return undefined;
      if (host) return { rttMicroseconds: context.randomInteger(...host.rttMicroseconds), ttl: host.ttl };
      const crossesGateway = there.hops.some((hop) => hop.kind === "internet-gateway");
      return {
        rttMicroseconds:
          context.randomInteger(370, 690) + (crossesGateway ? context.randomInteger(20, 160) : 0),
        ttl: crossesGateway ? OWN_TTL - 1 : OWN_TTL,
      };
    },
  };
}
