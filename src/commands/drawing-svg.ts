/** The lab drawn as SVG: VPCs side by side under the internet, peering connections beneath them. */
import type { LabPicture, PicturedPeering, PicturedSubnet, PicturedVpc } from "../lab/picture.ts";
import { plain, truncate } from "../ui/text.ts";
import { describeLab } from "./drawing-words.ts";

const MARGIN = 24;
const VPC_WIDTH = 440;
const VPC_GAP = 40;
const PAD = 16;
const LINE = 20;
const INTERNET = { width: 160, height: 36 };
const GATEWAY_HEIGHT = 28;
/** From the internet down to the VPCs' upper edge. */
const VPC_TOP = MARGIN + INTERNET.height + 64;
const PEERING_HEIGHT = 56;

/** Dark on light, each pair of text and ground with a contrast above 4.5 : 1. */
const STYLE = `
text { font: 13px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2933 }
.name { font-weight: 600 }
.quiet { fill: #52606d }
.data { font: 12px ui-monospace, Menlo, Consolas, monospace }
.wrong { fill: #9b1c1c }
.sheet { fill: #ffffff }
.vpc { fill: #ffffff; stroke: #3d5a80; stroke-width: 2 }
.subnet { fill: #eef3fa; stroke: #9fb3c8 }
.instance { fill: #ffffff; stroke: #52606d }
.log { fill: #fff8e1; stroke: #b7791f }
.pill { fill: #3d5a80 }
.on-pill { fill: #ffffff; font-weight: 600 }
.way { fill: none; stroke: #3d5a80; stroke-width: 2 }
.peering { fill: none; stroke: #2f7d4f; stroke-width: 3 }
.request { stroke-dasharray: 6 5 }
`.trim();

/** @param title such as "vpclab: lab nextwork in eu-west-3" */
export function svgDrawing(picture: LabPicture, title: string): string {
  const { vpcs, peeringConnections, detachedGateways } = picture;
  const drawn = vpcs.map((vpc, index) => drawVpc(vpc, MARGIN + index * (VPC_WIDTH + VPC_GAP)));
  const vpcHeight = Math.max(0, ...drawn.map(({ height }) => height));
  const width = Math.max(1, vpcs.length) * (VPC_WIDTH + VPC_GAP) - VPC_GAP + 2 * MARGIN;
  const left = (index: number) => MARGIN + index * (VPC_WIDTH + VPC_GAP);
  const centre = width / 2;
  const isOnline = vpcs.some(({ gateway }) => gateway !== null);
  let bottom = vpcs.length === 0 ? MARGIN : VPC_TOP + vpcHeight;
  const shapes: string[] = [];
  if (isOnline) {
    for (const [index, { gateway }] of vpcs.entries())
      if (gateway !== null) shapes.push(wayToInternet(centre, left(index) + VPC_WIDTH / 2));
    shapes.push(pill(centre, MARGIN, INTERNET.width, INTERNET.height, "the internet"));
  }
  for (const [index, { shapes: inside }] of drawn.entries()) {
    shapes.push(rect("vpc", left(index), VPC_TOP, VPC_WIDTH, vpcHeight, 10), ...inside);
    const name = vpcs[index]?.gateway?.name;
    if (name !== undefined)
      shapes.push(
        pill(
          left(index) + VPC_WIDTH / 2,
          VPC_TOP - GATEWAY_HEIGHT / 2,
          260,
          GATEWAY_HEIGHT,
          truncate(plain(name), 34),
        ),
      );
  }
  for (const peering of peeringConnections) {
    shapes.push(...drawPeering(peering, vpcs, left, bottom));
    bottom += PEERING_HEIGHT;
  }
  for (const gateway of detachedGateways) {
    bottom += LINE + 4;
    shapes.push(text("wrong", MARGIN, bottom, `internet gateway ${gateway.name}: attached to no VPC`, 60));
  }
  if (shapes.length === 0) {
    bottom += LINE;
    shapes.push(text("quiet", MARGIN, bottom, "Nothing of this lab stands.", 60));
  }
  const height = bottom + MARGIN;
  return `${[
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title desc">`,
    `<title id="title">${escapeXml(title)}</title>`,
    `<desc id="desc">${escapeXml(describeLab(picture).join(" "))}</desc>`,
    `<style>${STYLE}</style>`,
    `<rect class="sheet" width="${width}" height="${height}"/>`,
    ...shapes,
    "</svg>",
  ].join("\n")}\n`;
}

interface Drawn {
  readonly shapes: readonly string[];
  /** From its upper edge, padding included. */
  readonly height: number;
}

function drawVpc(vpc: PicturedVpc, x: number): Drawn {
  const inside = x + PAD;
  const width = VPC_WIDTH - 2 * PAD;
  const shapes: string[] = [];
  let y = VPC_TOP + GATEWAY_HEIGHT / 2 + LINE;
  shapes.push(
    text("name", inside, y, vpc.name, 34),
    textAtEnd("data", x + VPC_WIDTH - PAD, y, vpc.cidrs.join(", ")),
  );
  if (vpc.gateway === null) {
    y += LINE;
    shapes.push(text("wrong", inside, y, "no internet gateway", 40));
  }
  y += 12;
  for (const subnet of vpc.subnets) {
    const drawn = drawSubnet(subnet, inside, y, width);
    shapes.push(rect("subnet", inside, y, width, drawn.height, 6), ...drawn.shapes);
    y += drawn.height + 12;
  }
  for (const { of, trafficType, destination, failure } of vpc.flowLogs) {
    const lines = [
      `logged: ${trafficType === "ALL" ? "all traffic" : `${trafficType} alone`} of ${of}`,
      `→ ${destination}`,
    ];
    const height = (lines.length + (failure === null ? 0 : 1)) * LINE + 12;
    shapes.push(rect("log", inside, y, width, height, 6));
    for (const [index, line] of lines.entries())
      shapes.push(text(index === 0 ? "name" : "data", inside + 12, y + LINE * (index + 1), line, 52));
    if (failure !== null)
      shapes.push(text("wrong", inside + 12, y + LINE * 3, `nothing is delivered: ${failure}`, 52));
    y += height + 12;
  }
  return { shapes, height: y + PAD - 12 - VPC_TOP };
}

function drawSubnet(subnet: PicturedSubnet, x: number, top: number, width: number): Drawn {
  const inside = x + 12;
  const shapes: string[] = [];
  let y = top + LINE;
  shapes.push(text("name", inside, y, subnet.name, 38), textAtEnd("data", x + width - 12, y, subnet.cidr));
  y += 10;
  for (const { name, state, privateAddress, publicAddress } of subnet.instances) {
    const height = 2 * LINE + 12;
    const isUp = state === "running";
    shapes.push(
      rect("instance", inside, y, width - 24, height, 4),
      text("name", inside + 12, y + LINE, name, 36),
      textAtEnd(isUp ? "quiet" : "wrong", x + width - 24, y + LINE, state),
      text("data", inside + 12, y + 2 * LINE, `private ${privateAddress}`, 24),
      textAtEnd(
        "data",
        x + width - 24,
        y + 2 * LINE,
        publicAddress === null ? "no public address" : `public ${publicAddress}`,
      ),
    );
    y += height + 10;
  }
  if (subnet.routeTable) {
    const { name, isMainByDefault, routes } = subnet.routeTable;
    y += LINE - 4;
    shapes.push(
      text("quiet", inside, y, `route table ${name}${isMainByDefault ? " (main, by default)" : ""}`, 52),
    );
    for (const { destination, target, isBlackhole } of routes) {
      y += LINE;
      const way = target === "local" ? "stays in the VPC" : `→ ${target}${isBlackhole ? ", blackhole" : ""}`;
      shapes.push(
        text("data", inside + 12, y, destination, 18),
        text(isBlackhole ? "data wrong" : "data", inside + 150, y, way, 32),
      );
    }
    y += 6;
  }
  return { shapes, height: y + 10 - top };
}

/** A bracket beneath the two VPCs; dashed while nothing passes. */
function drawPeering(
  peering: PicturedPeering,
  vpcs: readonly PicturedVpc[],
  left: (index: number) => number,
  top: number,
): string[] {
  const ends = [peering.requesterVpcId, peering.accepterVpcId].map((end) =>
    vpcs.findIndex(({ id }) => id === end),
  );
  const [from = 0, to = from] = ends.filter((index) => index >= 0).sort((a, b) => a - b);
  const isActive = peering.status === "active";
  const [x1, x2, y] = [left(from) + VPC_WIDTH / 2, left(to) + VPC_WIDTH / 2, top + PEERING_HEIGHT - 24];
  const label = `peering ${peering.name}: ${peering.status}`;
  const note = `${peering.id}${isActive ? "" : ", nothing passes yet"}`;
  return [
    `<path class="peering${isActive ? "" : " request"}" d="M${x1} ${top} V${y} H${x2} V${top}"/>`,
    text("name", (x1 + x2) / 2, y - 8, label, 56, "middle"),
    text("data quiet", (x1 + x2) / 2, y + 18, note, 48, "middle"),
  ];
}

function wayToInternet(from: number, to: number): string {
  const bend = MARGIN + INTERNET.height + 22;
  return `<path class="way" d="M${from} ${MARGIN + INTERNET.height} V${bend} H${to} V${VPC_TOP}"/>`;
}

function pill(centre: number, y: number, width: number, height: number, label: string): string {
  return (
    `<rect class="pill" x="${centre - width / 2}" y="${y}" width="${width}" height="${height}" rx="${height / 2}"/>` +
    `<text class="on-pill" x="${centre}" y="${y + height / 2 + 5}" text-anchor="middle">${escapeXml(label)}</text>`
  );
}

function rect(name: string, x: number, y: number, width: number, height: number, radius: number): string {
  return `<rect class="${name}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}"/>`;
}

/** @param room in characters; what is longer ends in "…", and is whole in the description */
function text(name: string, x: number, y: number, words: string, room: number, anchor = "start"): string {
  const fitted = escapeXml(truncate(plain(words), room));
  return `<text class="${name}" x="${x}" y="${y}" text-anchor="${anchor}">${fitted}</text>`;
}

function textAtEnd(name: string, x: number, y: number, words: string): string {
  return text(name, x, y, words, 24, "end");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Names and tags are anybody's text: nothing of them may be taken for markup, and no control character gets through. */
function escapeXml(words: string): string {
  return plain(words).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}
