import { describe, expect, it } from "vitest";
import { pingMeaning } from "../../src/commands/ping-meaning.ts";
import type { PingSummary } from "../../src/lab/narrator.ts";
import { DEFAULT_OPTIONS, labSpec } from "../../src/lab/spec.ts";
import { adviseOn } from "../../src/network/advice.ts";
import { echoRequest } from "../../src/network/packet.ts";
import type { Topology } from "../../src/network/topology.ts";
import { walkRoundTrip } from "../../src/network/walk.ts";
import { repairedBy } from "../../src/steps/repairs.ts";
import { INSTANCE_1, INSTANCE_2, LAB_GROUP_RULES, labTopology, peeredLab } from "../network/lab-topology.ts";

const SPEC = labSpec({ ...DEFAULT_OPTIONS, region: "us-east-1", hours: undefined, leastPrivilege: false });

/** @param lab the configuration as the packet meets it; undefined: it may not be read */
function meaning(ping: Partial<PingSummary>, lab?: Topology) {
  const { from = "instance-1", address = "8.8.8.8" } = ping;
  const summary: PingSummary = {
    from,
    to: address,
    address,
    scope: "other",
    sent: 5,
    received: ping.reachable ? 5 : 0,
    lossPercent: ping.reachable ? 0 : 100,
    rttMs: null,
    reachable: false,
    ...ping,
  };
  const packet = echoRequest(from === "instance-2" ? INSTANCE_2.private : INSTANCE_1.private, address);
  const advice = lab && adviseOn(lab, packet);
  const walked = lab &&
    advice && {
      trip: walkRoundTrip(lab, packet),
      advice,
      repairedBy: repairedBy(advice.changes, SPEC, lab),
      holder: lab.networkInterfaces.find(({ privateAddress }) => privateAddress === address),
    };
  return pingMeaning(summary, walked, SPEC);
}

describe("what a ping means", () => {
  it.each<[Partial<PingSummary>, RegExp]>([
    [{ address: "127.0.0.1", reachable: true }, /pinged itself/],
    [{ address: "10.1.0.9", to: "instance-1", scope: "private", reachable: true }, /pinged itself/],
    [{ address: "10.2.9.9" }, /no instance of the lab has it/],
    [{ address: "8.8.8.8", reachable: true }, /way out.*both open/],
    [{ address: "8.8.8.8" }, /proves nothing/],
    [{ address: "10.2.0.9", to: "instance-2", scope: "private" }, /No reply on the private address: /],
    [{ address: "3.8.9.9", to: "instance-2", scope: "public", reachable: true }, /both internet gateways/],
    [{ address: "10.9.9.9", from: "instance-2", reachable: true }, /network that VPC 2 is connected to/],
    // From the learner's own machine no packet passes a gateway of the sender's, and what is private is the learner's.
    [
      { from: "local", address: "3.8.9.9", to: "instance-2", scope: "public", reachable: true },
      /its VPC's internet gateway\.$/,
    ],
    [{ from: "local", address: "192.168.1.1", reachable: true }, /your own network has it/],
    [{ from: "local", address: "192.168.1.1" }, /not routed on the internet/],
    [{ from: "local", address: "10.2.9.9" }, /not routed on the internet/],
    [{ from: "local", address: "8.8.8.8", reachable: true }, /Of the lab that says nothing/],
    [{ from: "local", address: "8.8.8.8" }, /proves nothing/],
    [{ address: "10.2.0.9", to: "instance-2", scope: "private", reachable: true }, /private way works/],
  ])("%o", (ping, words) => {
    expect(meaning(ping).sentence).toMatch(words);
  });

  it("goes on from the same instance", () => {
    const back = { address: "3.8.9.9", to: "instance-1", scope: "public", reachable: true } as const;
    expect(meaning({ ...back, from: "instance-2" }).next).toBe("vpclab ping private --from instance-2");
    expect(meaning({ ...back, from: "local" }).next).toBe("vpclab ping private");
  });

  it("asks why of the instance that was pinged, from this machine too", () => {
    const local = { from: "local", address: "3.8.9.9", scope: "public" } as const;
    expect(meaning({ ...local, to: "instance-1" }).next).toMatch(/^vpclab why public --from instance-2 {4}/);
    expect(meaning({ ...local, to: "instance-2" }).next).toMatch(/^vpclab why public {4}/);
  });

  const silent = { address: INSTANCE_2.private, to: "instance-2", scope: "private" } as const;
  const silentBack = {
    address: INSTANCE_1.private,
    from: "instance-2",
    to: "instance-1",
    scope: "private",
  } as const;
  const withoutPing = LAB_GROUP_RULES.filter(({ protocol }) => protocol !== 1);
  const toInternet = { destination: "0.0.0.0/0", target: "igw-1", state: "active" } as const;
  const blackhole = { destination: "10.2.0.0/16", target: "pcx-old", state: "blackhole" } as const;

  it.each<[what: string, Partial<PingSummary>, Topology, sentence: RegExp, next: RegExp]>([
    [
      "VPCs that were never peered",
      silent,
      labTopology(),
      /The VPCs are not peered: the packet follows 0\.0\.0\.0\/0 to the internet gateway/,
      /^vpclab up --until peering$/,
    ],
    [
      "a route that leads to a deleted connection",
      silent,
      labTopology({ routes: { 1: [toInternet, blackhole] } }),
      /Why: the request stops at route table NextWork-1-rtb-public: best match 10\.2\.0\.0\/16 is a blackhole: pcx-old is gone\.$/,
      /^vpclab up --until peering$/,
    ],
    [
      "a connection that nobody accepted",
      silent,
      labTopology({ peering: "pending-acceptance", peeringRoutes: [1, 2] }),
      /is pending-acceptance/,
      /^vpclab up --until peering$/,
    ],
    [
      "VPC 1's route to a connection that is active",
      silent,
      peeredLab({ peeringRoutes: [2] }),
      /stops at internet gateway .* nothing for 10\.2\.0\.0\/16\.$/,
      /^vpclab up --until peering$/,
    ],
    [
      "a rule that was changed, once peered",
      silent,
      peeredLab({ groupRules: { 2: withoutPing } }),
      /Why: the request stops at security group NextWork-2-SG, in: /,
      /^vpclab why private {4}names the change/,
    ],
    [
      "the same from instance 2",
      silentBack,
      peeredLab({ groupRules: { 1: withoutPing } }),
      /Why: the request stops at security group NextWork-1-SG, in: /,
      /^vpclab why private --from instance-2 /,
    ],
    [
      "a rule that was changed, by the public address",
      { ...silent, address: INSTANCE_2.public, scope: "public" },
      labTopology({ groupRules: { 2: withoutPing } }),
      /Why: the request stops at security group NextWork-2-SG, in: /,
      /^vpclab why public /,
    ],
    [
      "nothing that the configuration has",
      silent,
      peeredLab(),
      /by the configuration one should come/,
      /^vpclab why private /,
    ],
    [
      "an address of another private network",
      { address: "192.168.1.1" },
      labTopology(),
      /private address outside the lab\. Why: the request stops at internet gateway/,
      /^vpclab why 192\.168\.1\.1$/,
    ],
    [
      "no way to the internet",
      {},
      labTopology({ routes: { 1: [] } }),
      /8\.8\.8\.8 does not answer\. Why: .* no route for 8\.8\.8\.8/,
      /^vpclab why 8\.8\.8\.8$/,
    ],
  ])("tells of silence what stops the packet: %s", (_, ping, lab, sentence, next) => {
    expect(meaning(ping, lab)).toEqual({
      sentence: expect.stringMatching(sentence),
      next: expect.stringMatching(next),
    });
  });

  it("names what has an address beside the lab's instances, and what stops the packet to it", () => {
    const own = { privateAddress: "10.2.9.93", name: "mine", instanceId: "i-9" };
    const lab = (isUp: boolean, securityGroupIds = ["sg-2"]) => {
      const [two] = peeredLab().networkInterfaces.filter(({ vpcId }) => vpcId === "vpc-2");
      if (two === undefined) throw new Error("The lab has an instance 2.");
      const mine = { ...two, ...own, id: "eni-9", publicAddress: undefined, isUp, securityGroupIds };
      return peeredLab({ more: { networkInterfaces: [mine] } });
    };
    const silence = { address: own.privateAddress };
    expect(meaning({ ...silence, reachable: true }, lab(true)).sentence).toMatch(
      /^10\.2\.9\.93 is mine, .*answers/,
    );
    expect(meaning(silence, lab(true)).sentence).toMatch(/is mine, .*by the configuration one should come/);
    expect(meaning(silence, lab(false))).toEqual({
      sentence: expect.stringMatching(/is mine, .* Why: the request stops at mine: i-9 is not running\.$/),
      next: "vpclab why 10.2.9.93",
    });
  });

  it("asks `vpclab why` where the configuration may not be read", () => {
    expect(meaning(silent).next).toMatch(/^vpclab why private /);
    const toPublic = { ...silent, address: INSTANCE_2.public, scope: "public" } as const;
    expect(meaning(toPublic).next).toMatch(/^vpclab why public /);
    expect(meaning({ ...toPublic, from: "local" }).next).toMatch(/^vpclab why public /);
  });

  it("names the connection that the packet crossed, whoever made it", () => {
    const answered = { ...silent, reachable: true };
    expect(meaning(answered, peeredLab()).sentence).toContain("works: VPC 1 <> VPC 2 is active");
    const lab = peeredLab();
    const nameless = lab.peeringConnections.map((one) => ({ ...one, name: undefined }));
    expect(meaning(answered, { ...lab, peeringConnections: nameless }).sentence).toContain(
      "works: pcx-1 is active",
    );
  });
});
