/** The Systems Manager agent on the instances, which runs our commands. */
import {
  type DescribeInstanceInformationCommandOutput,
  paginateDescribeInstanceInformation,
} from "@aws-sdk/client-ssm";
import type { Aws } from "./clients.ts";
import { isCode } from "./errors.ts";
import { allPages } from "./tags.ts";
import { waitFor } from "./waits.ts";

/** Where it calls, by an address of AWS's: which ones are Systems Manager's own changes, and one is reached as another. */
export const AGENT_CALLS = { address: "52.119.160.1", port: 443 } as const;

/** The answer's largest page. */
const AGENTS_PER_PAGE = 50;

/**
 * The instances of the Region whose agent is Online, whosever they are: to ask for the lab's alone would take their ids,
 * and so a second round.
 */
export async function allOnlineAgents(aws: Aws): Promise<string[]> {
  return onlineIn(paginateDescribeInstanceInformation({ client: aws.ssm, pageSize: AGENTS_PER_PAGE }, {}));
}

/** Of these instances, the ones whose agent is Online. */
export async function onlineAgents(aws: Aws, instanceIds: readonly string[]): Promise<Set<string>> {
  if (instanceIds.length === 0) return new Set();
  const Filters = [{ Key: "InstanceIds", Values: [...instanceIds] }];
  try {
    return new Set(await onlineIn(paginateDescribeInstanceInformation({ client: aws.ssm }, { Filters })));
  } catch (error) {
    if (isCode(error, "InvalidInstanceId")) return new Set();
    throw error;
  }
}

async function onlineIn(pages: AsyncIterable<DescribeInstanceInformationCommandOutput>): Promise<string[]> {
  const agents = await allPages(pages, (page) => page.InstanceInformationList);
  const online = agents.filter(({ PingStatus }) => PingStatus === "Online");
  return online.flatMap(({ InstanceId }) => InstanceId ?? []);
}

/** Half a minute to several minutes after the boot (AWS-FACTS §3); an agent that found no way out tries again later. */
const REGISTERS_WITHIN_MS = 10 * 60_000;
/** From the launch: 10 s at the least until it runs, and some 20 s from then on (AWS-FACTS §3). */
const REGISTERS_AFTER_MS = 30_000;

export interface AgentWait {
  /** When the instances were launched, in ms: their agents are not asked for at once after that. Default: long ago. */
  readonly launchedAt?: number;
  /** Told how many are Online, whenever it looked. */
  readonly note?: (text: string) => void;
}

/**
 * Waits until the agents of all these instances are Online.
 * @throws LabError "timed-out" after 10 minutes
 */
export async function waitForAgents(
  aws: Aws,
  instanceIds: readonly string[],
  { launchedAt = 0, note = () => {} }: AgentWait = {},
): Promise<void> {
  await waitFor(
    aws,
    {
      what: `${instanceIds.length === 1 ? "the agent" : "the agents"} of ${instanceIds.join(" and ")} to register with Systems Manager`,
      atMostMs: REGISTERS_WITHIN_MS,
      soonestMs: launchedAt + REGISTERS_AFTER_MS - aws.clock.now(),
      everyMs: 1_000,
      why:
        "The agent needs the instance profile and a way to the internet when it starts: a public address and a " +
        "route 0.0.0.0/0 to an attached internet gateway. An agent that lacked them at first tries again only " +
        "after some minutes. An instance that was stopped meanwhile has no agent at all.",
      next: [
        "See what is missing: vpclab status",
        `Start the agent afresh: aws ec2 reboot-instances --instance-ids ${instanceIds.join(" ")} --region ${aws.region}`,
        "Then run the same command again: it goes on from here.",
      ],
    },
    async () => {
      const online = await onlineAgents(aws, instanceIds);
      note(`${online.size} of ${instanceIds.length} registered`);
      return online.size === new Set(instanceIds).size || undefined;
    },
  );
}
