import { describe, expect, it } from "vitest";
import { drawing } from "../../src/commands/drawing.ts";
import { svgDrawing } from "../../src/commands/drawing-svg.ts";
import { describeLab } from "../../src/commands/drawing-words.ts";
import type { LabPicture } from "../../src/lab/picture.ts";
import { FLOW_LOG, PEERING, picture, picturedVpc } from "./pictures.ts";

const draw = (lab: LabPicture, unicode = true) => drawing(lab, { width: 80, unicode }).join("\n");
const NOTHING: LabPicture = { vpcs: [], peeringConnections: [], detachedGateways: [] };
const HOSTILE = `a & b <script>alert("x")</script>\u001b[31m\u202e'\n`;

/** What is amiss with the lab, and what its drawing then says. */
const partial: readonly (readonly [what: string, lab: LabPicture, says: RegExp])[] = [
  [
    "a request",
    picture({ peeringConnections: [{ ...PEERING, status: "pending-acceptance" }] }),
    /pending-acceptance[\s\S]*nothing[\s┊│]*passes yet/,
  ],
  [
    "no gateway",
    picture({ vpcs: [picturedVpc(1, { gateway: null })], peeringConnections: [] }),
    /(without an|no) internet gateway/,
  ],
  [
    "a detached gateway",
    picture({ detachedGateways: [{ id: "igw-9", name: "NextWork-9-igw" }] }),
    /NextWork-9-igw: attached to no VPC/,
  ],
  [
    "a flow log of REJECT that fails",
    picture({
      vpcs: [picturedVpc(1, { flowLogs: [{ ...FLOW_LOG, trafficType: "REJECT", failure: "Access error" }] })],
    }),
    /REJECT alone[\s\S]*nothing is delivered: Access error/,
  ],
  [
    "a blackhole",
    withSubnet({
      routeTable: {
        id: "rtb-1",
        name: "r",
        isMainByDefault: false,
        routes: [{ destination: "10.2.0.0/16", target: "pcx-0", isBlackhole: true }],
      },
    }),
    /pcx-0,? {1,2}blackhole/,
  ],
  [
    "the main table",
    withSubnet({ routeTable: { id: "rtb-1", name: "rtb-1", isMainByDefault: true, routes: [] } }),
    /route table rtb-1(, the VPC's main one| \(main, by default\))/,
  ],
  [
    "an instance stopped",
    withSubnet({
      instances: [
        { id: "i-1", name: "one", state: "stopped", privateAddress: "10.1.0.9", publicAddress: null },
      ],
    }),
    /stopped[\s\S]*10\.1\.0\.9[\s\S]*no public address/,
  ],
  [
    "an empty VPC",
    picture({ vpcs: [picturedVpc(1, { subnets: [], gateway: null })], peeringConnections: [] }),
    /NextWork-1-vpc[\s\S]*10\.1\.0\.0\/16/,
  ],
];

function withSubnet(values: Partial<LabPicture["vpcs"][number]["subnets"][number]>): LabPicture {
  const vpc = picturedVpc(1);
  return picture({ vpcs: [{ ...vpc, subnets: vpc.subnets.map((subnet) => ({ ...subnet, ...values })) }] });
}

describe("the lab in plain text", () => {
  it("shows both VPCs with all that is in them, the peering and what is logged", () => {
    expect(draw(picture())).toBe(
      [
        "the internet",
        "│",
        "├─ internet gateway NextWork-1-igw",
        "│   NextWork-1-vpc  10.1.0.0/16",
        "│     NextWork-1-subnet-public1-eu-west-3a  10.1.0.0/20",
        "│       Instance - NextWork VPC 1  running",
        "│         10.1.4.12, public 3.111.45.101",
        "│       route table NextWork-1-rtb-public",
        "│         10.1.0.0/16  stays in the VPC",
        "│         0.0.0.0/0    → NextWork-1-igw",
        "│     NextWork-1-vpc is logged: all traffic → NextWorkVPCFlowLogsGroup",
        "│   ║",
        "│   ║ peering VPC 1 <> VPC 2 to NextWork-2-vpc: active",
        "│   ║",
        "└─ internet gateway NextWork-2-igw",
        "    NextWork-2-vpc  10.2.0.0/16",
        "      NextWork-2-subnet-public1-eu-west-3a  10.2.0.0/20",
        "        Instance - NextWork VPC 2  running",
        "          10.2.4.12, public 3.111.45.102",
        "        route table NextWork-2-rtb-public",
        "          10.2.0.0/16  stays in the VPC",
        "          0.0.0.0/0    → NextWork-2-igw",
      ].join("\n"),
    );
  });

  it("keeps to ASCII where that is all there is", () => {
    expect([...draw(picture(), false)].filter((character) => character > "~")).toEqual([]);
  });

  it("is nothing where nothing stands", () => {
    expect(draw(NOTHING)).toBe("");
  });

  it.each(partial)("tells %s", (_, lab, says) => {
    expect(draw(lab)).toMatch(says);
    expect(
      draw(lab)
        .split("\n")
        .every((line) => [...line].length <= 80),
    ).toBe(true);
  });

  it("ends the internet's rail at the last VPC that it reaches", () => {
    const text = draw(picture({ vpcs: [picturedVpc(1), picturedVpc(2, { gateway: null })] }));
    expect(text).toMatch(/^└─ internet gateway NextWork-1-igw$/m);
    expect(text).toMatch(/^ {4}NextWork-2-vpc {2}10\.2\.0\.0\/16, without an internet gateway$/m);
  });

  it("escapes what names may bring", () => {
    const text = draw(picture({ vpcs: [picturedVpc(1, { name: HOSTILE })] }));
    for (const hostile of ["\u001b", "\u202e"]) expect(text).not.toContain(hostile);
  });
});

describe("the lab as SVG", () => {
  it.each([["the whole lab", picture(), /peering VPC 1 &lt;&gt; VPC 2: active/] as const, ...partial])(
    "is well-formed and tells %s",
    (_, lab, says) => {
      const svg = svgDrawing(lab, "The lab");
      const texts = elements(svg);
      expect(texts.join("\n")).toMatch(says);
    },
  );

  it("has a title and a description that says all of it in sentences", () => {
    const svg = svgDrawing(picture(), "The network of lab nextwork");
    expect(svg).toContain('role="img" aria-labelledby="title desc"');
    expect(svg).toContain('<title id="title">The network of lab nextwork</title>');
    expect(describeLab(picture())).toEqual([
      "VPC NextWork-1-vpc, 10.1.0.0/16, reaches the internet by internet gateway NextWork-1-igw.",
      "It has subnet NextWork-1-subnet-public1-eu-west-3a, 10.1.0.0/20.",
      "In it Instance - NextWork VPC 1 is running, with private address 10.1.4.12 and public address 3.111.45.101.",
      "Its route table NextWork-1-rtb-public keeps 10.1.0.0/16 in the VPC; it sends 0.0.0.0/0 to NextWork-1-igw.",
      "All traffic of NextWork-1-vpc is logged to NextWorkVPCFlowLogsGroup.",
      "VPC NextWork-2-vpc, 10.2.0.0/16, reaches the internet by internet gateway NextWork-2-igw.",
      "It has subnet NextWork-2-subnet-public1-eu-west-3a, 10.2.0.0/20.",
      "In it Instance - NextWork VPC 2 is running, with private address 10.2.4.12 and public address 3.111.45.102.",
      "Its route table NextWork-2-rtb-public keeps 10.2.0.0/16 in the VPC; it sends 0.0.0.0/0 to NextWork-2-igw.",
      "Peering connection VPC 1 <> VPC 2 from NextWork-1-vpc to NextWork-2-vpc is active.",
    ]);
  });

  it("says that nothing stands", () => {
    expect(elements(svgDrawing(NOTHING, "The lab"))).toContain("Nothing of this lab stands.");
  });

  it("hangs a peering with a VPC that is not the lab's on the one that is", () => {
    const svg = svgDrawing(
      picture({ peeringConnections: [{ ...PEERING, requesterVpcId: "vpc-9" }] }),
      "The lab",
    );
    // From the middle of VPC 2's lower edge and back to it.
    expect(svg).toMatch(/<path class="peering" d="M724 \d+ V\d+ H724 V\d+"\/>/);
  });

  it("takes names for text, never for markup", () => {
    const svg = svgDrawing(
      picture({ vpcs: [picturedVpc(1, { name: HOSTILE, gateway: { id: "igw-1", name: HOSTILE } })] }),
      HOSTILE,
    );
    elements(svg);
    expect(svg).not.toContain("<script");
    for (const hostile of ["\u001b", "\u202e"]) expect(svg).not.toContain(hostile);
    expect(svg).toContain("a &amp; b &lt;script&gt;");
  });

  it("draws everything within its frame", () => {
    const svg = svgDrawing(picture(), "The lab");
    const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(svg) ?? [];
    for (const [, x, y] of svg.matchAll(/ x="([\d.]+)" y="([\d.]+)"/g)) {
      expect(Number(x)).toBeLessThan(Number(width));
      expect(Number(y)).toBeLessThan(Number(height));
    }
  });
});

/** Reads the elements one after the other. @returns the texts @throws where a tag is open, crossed or malformed */
function elements(svg: string): string[] {
  const open: string[] = [];
  const texts: string[] = [];
  const body = svg.replace('<?xml version="1.0" encoding="UTF-8"?>', "");
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>|([^<]+)|(<)/g;
  for (const [all, closing, name = "", , selfClosing, text, stray] of body.matchAll(token)) {
    if (stray !== undefined) throw new Error(`malformed near ${all}`);
    if (text !== undefined) {
      if (/&(?!amp;|lt;|gt;|quot;|#39;)/.test(text)) throw new Error(`a bare & in ${text}`);
      if (open.at(-1) === "text") texts.push(text);
    } else if (closing) {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else if (!selfClosing) open.push(name);
  }
  if (open.length > 0) throw new Error(`${open.join(", ")} left open`);
  return texts;
}
