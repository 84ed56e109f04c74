/** Step 5: the first pings: one that fails, one that works, and why. */
import { onlineAgents, waitForAgents } from "../aws/agent.ts";
import { isCode, type LabError } from "../aws/errors.ts";
import { waitUntilRunning } from "../aws/instance-running.ts";
import { networkAclOf } from "../aws/network-acl.ts";
import { findPeeringConnections, statusOf } from "../aws/peering-connection.ts";
import { SHOWS_WITHIN_MS } from "../aws/visible.ts";
import { retryWhile } from "../aws/waits.ts";
import type { PingSummary } from "../lab/narrator.ts";
import { stopsAt } from "../network/hop.ts";
import type { RoundTrip } from "../network/walk.ts";
import { findHosts, type Host } from "./hosts.ts";
import { firstPingLesson } from "./lessons/first-ping.ts";
import { networkAclFinding } from "./network-acl-finding.ts";
import { pingAndTell } from "./ping-finding.ts";
import { reasonOf } from "./removal.ts";
import { tellRouteTable } from "./route-table-finding.ts";
import type { LabContext, Step } from "./step.ts";
import { together } from "./together.ts";
import { walkFinding, walkPing, whyNoReply } from "./walk-finding.ts";

export const firstPing: Step = {
  id: "first-ping",
  title: "First pings, and troubleshooting",
  lesson: firstPingLesson,
  downAfter: [],

  async up(lab) {
    const { hosts, arePeered } = await waitUntilReady(lab);
    const [from, to] = hosts;
    if (arePeered && (await walkPing(lab, from, to.privateAddress)).reachable) {
      tellEarlierPing(lab);
      return;
    }
    // While the packets are under way, the way they take is looked up.
    const [privatePing, way] = await together(lab, [
      pingPrivate(lab, hosts),
      walkPing(lab, from, to.privateAddress),
    ]);
    await pingPublic(lab, hosts);
    if (privatePing.reachable) await tellRouteTable(lab, 1, from.vpcId);
    else await troubleshoot(lab, from, to, way);
  },

  down: async () => [],

  state(_inventory, journal) {
    const entries = journal.entries();
    if (entries.some((entry) => entry.kind === "step-done" && entry.step === "first-ping")) return "done";
    return entries.some((entry) => entry.kind === "ping" && entry.step === "first-ping") ? "partial" : "todo";
  },
};

/**
 * Waits until instance 1 can be told to ping, and instance 2 runs. First that they run: of one that has ended, no agent
 * need be waited for.
 * @returns both as they run: by then AWS shows their public addresses; and what there was time to look up meanwhile
 */
async function waitUntilReady(
  lab: LabContext,
): Promise<{ readonly hosts: readonly [Host, Host]; readonly arePeered: boolean }> {
  const [one, two] = await findNewHosts(lab);
  const ids = [one.instanceId, two.instanceId];
  return lab.narrator.wait(
    { text: "both instances run, and Systems Manager knows instance 1", usually: "0:30 to 3:00" },
    async (note) => {
      const running = await waitUntilRunning(lab.aws, ids, Math.max(one.launchedAt, two.launchedAt));
      const [arePeered] = await together(lab, [
        isPeered(lab, one, two),
        waitForAgents(lab.aws, [one.instanceId], { launchedAt: one.launchedAt, note }),
      ]);
      const asItRuns = (host: Host): Host => ({
        ...host,
        publicAddress: running.find(({ InstanceId }) => InstanceId === host.instanceId)?.PublicIpAddress,
      });
      return { hosts: [asItRuns(one), asItRuns(two)], arePeered };
    },
  );
}

/** Where all else stood already, they were launched a moment ago: not visible yet is not absent. */
async function findNewHosts(lab: LabContext): Promise<[Host, Host]> {
  const wait = { what: "both instances to show", atMostMs: SHOWS_WITHIN_MS, everyMs: 1_000 };
  try {
    return await retryWhile(
      lab.aws,
      wait,
      (error) => isCode(error, "not-there"),
      () => findHosts(lab),
    );
  } catch (error) {
    // Which of them is missing says more than that it was waited for.
    throw isCode(error, "timed-out") ? (error as LabError).cause : error;
  }
}

async function isPeered({ aws, spec }: LabContext, from: Host, to: Host): Promise<boolean> {
  const connections = await findPeeringConnections(aws, spec, [from.vpcId, to.vpcId]);
  return connections.some((connection) => statusOf(connection) === "active");
}

/** The VPCs are peered by now: the ping that fails has been, and cannot be had again. */
function tellEarlierPing({ journal, narrator }: LabContext): void {
  const earlier = journal
    .entries()
    .findLast(
      (entry) => entry.kind === "ping" && entry.step === "first-ping" && entry.ping.scope === "private",
    );
  narrator.say(
    earlier?.kind === "ping"
      ? `The VPCs are peered by now. Before that, the ping to ${earlier.ping.address} had ` +
          `${earlier.ping.sent} sent, ${earlier.ping.received} received, ${earlier.ping.lossPercent}% packet loss.`
      : "The VPCs are peered already, so the private ping would answer: the ping that fails is left out.",
  );
}

function pingPrivate(lab: LabContext, hosts: readonly [Host, Host]): Promise<PingSummary> {
  return pingAndTell(lab, hosts, {
    step: "first-ping",
    scope: "private",
    question: "Instance 1 pings the private address of instance 2. What will happen?",
    expected: "no reply",
    // Not why: the learner is to find that out, by the looks that follow.
    meaning: ({ reachable }) =>
      reachable
        ? [
            "A reply was not to be expected here: nothing should connect the two VPCs yet.",
            "Likely causes: VPC 1 <> VPC 2 has been peered by hand, or a route by another gateway was added. The route table below tells.",
          ]
        : [
            "Why? Instance 2 may be down, something may be in the way, or there is no way. One after the other.",
          ],
  });
}

function pingPublic(lab: LabContext, hosts: readonly [Host, Host]): Promise<PingSummary> {
  const [from, to] = hosts;
  return pingAndTell(lab, hosts, {
    step: "first-ping",
    scope: "public",
    question: "Now instance 1 pings the public address of instance 2. What will happen?",
    expected: "replies",
    tryAgain: () => hasComeUp(lab, to),
    async meaning({ reachable, address }) {
      if (reachable)
        return [
          "So the host is up, its security group and network ACL let ping in, and both internet gateways work.",
          "What keeps the private address silent must be something else: the way there.",
        ];
      return [
        "Replies were to be expected here: the lab's security groups let ping in from everywhere.",
        ...whyNoReply(await walkPing(lab, from, address), from),
      ];
    },
  });
}

/**
 * A machine that runs may still be booting, and nobody waited for instance 2. Its agent says when it is up. One that never
 * says so has no way out, perhaps: why no reply came is then told all the same.
 * @returns false where it was up before
 */
async function hasComeUp({ aws, narrator }: LabContext, { instanceId, launchedAt }: Host): Promise<boolean> {
  if ((await onlineAgents(aws, [instanceId])).size > 0) return false;
  try {
    await narrator.wait(
      { text: "instance 2 comes up, to be pinged once more", usually: "0:10 to 1:00" },
      (note) => waitForAgents(aws, [instanceId], { launchedAt, note }),
    );
  } catch (error) {
    if (!isCode(error, "timed-out")) throw error;
    narrator.warn(reasonOf(error));
  }
  return true;
}

/** Looks at VPC 1 as a person would: is something in the way, and is there a way at all? */
async function troubleshoot(lab: LabContext, from: Host, to: Host, way: RoundTrip): Promise<void> {
  const { narrator } = lab;
  narrator.say("First suspicion: something is in the way. The network ACL of VPC 1's subnet:");
  const acl = await networkAclOf(lab.aws, from.subnetId);
  if (acl) await narrator.finding(networkAclFinding(acl));
  const verdict = way.there.hops.find(({ kind }) => kind === "network-acl-out");
  if (verdict)
    narrator.say(
      stopsAt(verdict)
        ? `It stops the ping: ${verdict.reason}.`
        : `It lets the ping out, by ${verdict.reason}: the lowest number that matches decides, and * takes what is left. So it is not what stops it.`,
    );
  narrator.say("Second suspicion: there is no way. The route table of VPC 1's subnet:");
  await tellRouteTable(lab, 1, from.vpcId);
  await narrator.finding(walkFinding(way, from, to.privateAddress));
  narrator.say("What is missing is a way between the VPCs. The next step makes one: a peering connection.");
}
