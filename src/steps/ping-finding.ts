/** A ping of the lab: what the learner expects, what happens, what it means. */
import { LabError } from "../aws/errors.ts";
import { pingFrom } from "../aws/ping.ts";
import type { PingSummary } from "../lab/narrator.ts";
import type { StepId } from "../lab/spec.ts";
import type { Host } from "./hosts.ts";
import type { LabContext } from "./step.ts";

export type Outcome = "replies" | "no reply";

export interface LabPing {
  readonly step: StepId;
  /** Which address of instance 2 is pinged; always from instance 1. */
  readonly scope: "private" | "public";
  /** Asked before: "Will the private address of instance 2 answer?" */
  readonly question: string;
  /** What the lab expects here. */
  readonly expected: Outcome;
  /** What the result means, a sentence each; told for the result as it came, expected or not. */
  readonly meaning: (result: PingSummary) => readonly string[] | Promise<readonly string[]>;
  /** Asked where no reply came: true once it is worth another try. Default: it never is. */
  readonly tryAgain?: () => Promise<boolean>;
}

/** As the lab has it: `ping -c 5`. */
const PACKETS = 5;

/** Asks, pings, notes it in the journal, and shows what came of it. */
export async function pingAndTell(
  lab: LabContext,
  [from, to]: readonly [Host, Host],
  ping: LabPing,
): Promise<PingSummary> {
  const { aws, narrator, journal } = lab;
  const address = ping.scope === "private" ? to.privateAddress : to.publicAddress;
  if (!address)
    throw new LabError("no-address", `Instance 2 has no ${ping.scope} address.`, {
      why: "A public address is given at launch, if the subnet says so, and only while the instance runs.",
      next: ["vpclab status"],
    });
  const predicted = await predict(lab, ping);
  const send = () =>
    narrator.wait(
      { text: `instance 1 pings instance 2, ${address} (${ping.scope})`, usually: "0:05 to 0:15" },
      () => pingFrom(aws, { instanceId: from.instanceId, address, count: PACKETS }),
    );
  const first = await send();
  const isOver = first.received > 0 || !(await ping.tryAgain?.());
  const { output, ...statistics } = isOver ? first : await send();
  const result: PingSummary = {
    from: from.part,
    to: to.part,
    address,
    scope: ping.scope,
    ...statistics,
    reachable: statistics.received > 0,
  };
  const outcome: Outcome = result.reachable ? "replies" : "no reply";
  journal.add({ kind: "ping", at: aws.clock.now(), step: ping.step, ping: result });
  if (predicted !== undefined)
    journal.add({
      kind: "prediction",
      at: aws.clock.now(),
      step: ping.step,
      question: ping.question,
      expected: predicted,
      right: predicted === outcome,
    });
  await narrator.finding({
    kind: "ping",
    result,
    output,
    expected: ping.expected,
    meaning: [...comparison(predicted, outcome), ...(await ping.meaning(result))],
  });
  return result;
}

const CHOICES: readonly Outcome[] = ["replies", "no reply"];

async function predict(lab: LabContext, ping: LabPing): Promise<Outcome | undefined> {
  const index = await lab.narrator.predict({
    text: ping.question,
    choices: ["It answers", "No reply"],
    answer: CHOICES.indexOf(ping.expected),
  });
  return index === undefined ? undefined : CHOICES[index];
}

function comparison(predicted: Outcome | undefined, outcome: Outcome): string[] {
  if (predicted === undefined) return [];
  return predicted === outcome
    ? [
        predicted === "replies"
          ? "You expected replies, and they came."
          : "You expected no reply, and none came.",
      ]
    : [`You expected ${predicted}; there ${outcome === "replies" ? "were replies" : "was no reply"}.`];
}
