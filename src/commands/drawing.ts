/** The lab drawn in plain text: a rail for what the internet reaches, everything else by indentation alone. */
import type { LabPicture, PicturedPeering, PicturedSubnet, PicturedVpc } from "../lab/picture.ts";
import { pad, plain, visibleWidth, wrapText } from "../ui/text.ts";

/** A Terminal fits, as do plain values. */
export interface DrawingOptions {
  readonly width: number;
  /** false: ASCII alone. */
  readonly unicode: boolean;
}

interface Strokes {
  /** Down past something that hangs on it; the last that hangs on it. */
  readonly rail: string;
  readonly branch: string;
  readonly end: string;
  /** A peering connection, which lets packets pass, and one that does not yet. */
  readonly peering: string;
  readonly request: string;
  readonly arrow: string;
}

const UNICODE: Strokes = { rail: "│", branch: "├─", end: "└─", peering: "║", request: "┊", arrow: "→" };
const ASCII: Strokes = { rail: "|", branch: "+-", end: "`-", peering: "#", request: ":", arrow: "->" };

/** @returns the lines, none wider than the width unless a name is; none for nothing that stands */
export function drawing(picture: LabPicture, { width, unicode }: DrawingOptions): string[] {
  const strokes = unicode ? UNICODE : ASCII;
  const { vpcs, peeringConnections, detachedGateways } = picture;
  const lines: string[] = [];
  const lastOnline = vpcs.findLastIndex(({ gateway }) => gateway !== null);
  if (lastOnline >= 0) lines.push("the internet", strokes.rail);
  for (const [index, vpc] of vpcs.entries()) {
    const rail = index < lastOnline ? strokes.rail : " ";
    const write: Write = (depth, words) => {
      const margin = `${rail} ${"  ".repeat(depth)}`;
      const room = width - margin.length;
      // What goes on in a further line hangs a little, so that it does not read as a thing of its own.
      const parts = visibleWidth(words) <= room ? [words] : wrapText(words, room - 2);
      lines.push(...parts.map((part, at) => `${margin}${at === 0 ? "" : "  "}${part}`));
    };
    if (vpc.gateway) {
      const stroke = index === lastOnline ? strokes.end : strokes.branch;
      lines.push(`${stroke} internet gateway ${plain(vpc.gateway.name)}`);
    }
    drawVpc(vpc, strokes, write);
    const begun = peeringConnections.filter((peering) => vpcs.find(({ id }) => isEnd(peering, id)) === vpc);
    for (const peering of begun)
      for (const line of peeringLines(peering, picture, vpc, strokes, width - 4))
        lines.push(`${rail}   ${line}`);
    if (begun.length === 0 && index < vpcs.length - 1) lines.push(rail);
  }
  for (const gateway of detachedGateways)
    lines.push("", `internet gateway ${plain(gateway.name)}: attached to no VPC`);
  return lines.map((line) => line.trimEnd());
}

type Write = (depth: number, words: string) => void;

function drawVpc(vpc: PicturedVpc, strokes: Strokes, write: Write): void {
  const isOnline = vpc.gateway === null ? ", without an internet gateway" : "";
  write(1, plain(`${vpc.name}  ${vpc.cidrs.join(", ")}${isOnline}`));
  for (const subnet of vpc.subnets) {
    write(2, plain(`${subnet.name}  ${subnet.cidr}`));
    for (const { name, state, privateAddress, publicAddress } of subnet.instances) {
      const online = publicAddress === null ? "no public address" : `public ${publicAddress}`;
      write(3, plain(`${name}  ${state}`));
      write(4, plain(`${privateAddress}, ${online}`));
    }
    drawRoutes(subnet, strokes, write);
  }
  for (const { of, trafficType, destination, failure } of vpc.flowLogs) {
    const what = `${of} is logged: ${trafficType === "ALL" ? "all traffic" : `${trafficType} alone`}`;
    const wrong = failure === null ? "" : `; nothing is delivered: ${failure}`;
    write(2, plain(`${what} ${strokes.arrow} ${destination}${wrong}`));
  }
}

function drawRoutes({ routeTable }: PicturedSubnet, strokes: Strokes, write: Write): void {
  if (routeTable === null) return;
  const main = routeTable.isMainByDefault ? ", the VPC's main one: the subnet is associated with none" : "";
  write(3, plain(`route table ${routeTable.name}${main}`));
  const column = Math.max(0, ...routeTable.routes.map(({ destination }) => visibleWidth(plain(destination))));
  for (const { destination, target, isBlackhole } of routeTable.routes) {
    const way = target === "local" ? "stays in the VPC" : `${strokes.arrow} ${target}`;
    write(4, `${pad(plain(destination), column)}  ${plain(way)}${isBlackhole ? "  blackhole" : ""}`);
  }
}

/** Below the first of its VPCs, where the eye goes on to the second. */
function peeringLines(
  peering: PicturedPeering,
  { vpcs }: LabPicture,
  above: PicturedVpc,
  strokes: Strokes,
  width: number,
): string[] {
  const otherId = peering.requesterVpcId === above.id ? peering.accepterVpcId : peering.requesterVpcId;
  const other = vpcs.find(({ id }) => id === otherId)?.name ?? otherId;
  const isActive = peering.status === "active";
  const passes = isActive ? "" : ", nothing passes yet";
  const words = plain(`peering ${peering.name} to ${other}: ${peering.status}${passes}`);
  const stroke = isActive ? strokes.peering : strokes.request;
  return [stroke, ...wrapText(words, width - 2).map((line) => `${stroke} ${line}`), stroke];
}

function isEnd({ requesterVpcId, accepterVpcId }: PicturedPeering, vpcId: string): boolean {
  return requesterVpcId === vpcId || accepterVpcId === vpcId;
}
