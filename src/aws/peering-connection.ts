/** VPC peering: a private way between two VPCs. */
import {
  AcceptVpcPeeringConnectionCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcPeeringConnectionCommand,
  type Filter,
  paginateDescribeVpcPeeringConnections,
  type VpcPeeringConnection,
} from "@aws-sdk/client-ec2";
import { type LabSpec, TAG_LAB } from "../lab/spec.ts";
import { given } from "./answer.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { codeOf, isCode, LabError } from "./errors.ts";
import {
  allPages,
  labFilters,
  lowestIdFirst,
  paging,
  partFilters,
  tagSpecifications,
  tagValue,
} from "./tags.ts";
import { onceShown, onceVisible } from "./visible.ts";
import { waitFor } from "./waits.ts";

/** Nothing can be done with these any more, not even delete them; AWS shows them for hours (AWS-FACTS §1). */
const FADED: ReadonlySet<string> = new Set(["deleted", "rejected", "failed", "expired"]);

/** AWS's own word, "pending-acceptance"; "" where there is none. */
export function statusOf(connection: VpcPeeringConnection | undefined): string {
  return connection?.Status?.Code ?? "";
}

/** Whether it is over, though AWS shows it still. */
export function hasFaded(connection: VpcPeeringConnection): boolean {
  return FADED.has(statusOf(connection));
}

export function describePeeringConnections(aws: Aws, filters: Filter[]): Promise<VpcPeeringConnection[]> {
  return allPages(
    paginateDescribeVpcPeeringConnections(paging(aws, filters), { Filters: filters }),
    (page) => page.VpcPeeringConnections,
  );
}

/** Those that live, whoever made them and whichever side one of these VPCs is on. */
export async function livingPeeringConnections(
  aws: Aws,
  vpcIds: readonly string[],
): Promise<VpcPeeringConnection[]> {
  const bySide = await Promise.all(
    ["requester", "accepter"].map((side) =>
      describePeeringConnections(aws, [{ Name: `${side}-vpc-info.vpc-id`, Values: [...vpcIds] }]),
    ),
  );
  const unique = new Map(bySide.flat().map((each) => [each.VpcPeeringConnectionId, each]));
  return [...unique.values()].filter((connection) => !hasFaded(connection));
}

/** From VPC 1 to VPC 2, and of some use: requested, provisioning or active. */
export async function findPeeringConnections(
  aws: Aws,
  spec: LabSpec,
  vpcIds: readonly [string, string],
): Promise<VpcPeeringConnection[]> {
  const connections = await describePeeringConnections(aws, [
    ...partFilters(spec, "peering-connection"),
    { Name: "requester-vpc-info.vpc-id", Values: [vpcIds[0]] },
    { Name: "accepter-vpc-info.vpc-id", Values: [vpcIds[1]] },
  ]);
  const useful = connections.filter(
    (connection) => !hasFaded(connection) && statusOf(connection) !== "deleting",
  );
  return lowestIdFirst(useful, ({ VpcPeeringConnectionId }) => VpcPeeringConnectionId);
}

/**
 * VPC 1 asks VPC 2, in the same account and Region. Asked twice, AWS gives the same connection.
 * @throws LabError "not-ours" where that is one that somebody else has made between the two
 */
export async function requestPeering(
  aws: Aws,
  spec: LabSpec,
  [requester, accepter]: readonly [string, string],
): Promise<VpcPeeringConnection> {
  const command = new CreateVpcPeeringConnectionCommand({
    VpcId: requester,
    PeerVpcId: accepter,
    TagSpecifications: tagSpecifications(spec.tagsOf("peering-connection"), "vpc-peering-connection"),
  });
  const { VpcPeeringConnection } = await onceVisible(aws, "both VPCs", () => aws.ec2.send(command));
  const connection = given(VpcPeeringConnection, "the new peering connection");
  if (tagValue(connection.Tags, TAG_LAB) !== spec.lab) await makeSureItIsOurs(aws, spec, connection);
  return connection;
}

/** The answer may lack the tags of a connection that is ours: then a read has them, within seconds. */
async function makeSureItIsOurs(
  aws: Aws,
  spec: LabSpec,
  { VpcPeeringConnectionId = "" }: VpcPeeringConnection,
): Promise<void> {
  const filters = [...labFilters(spec), ...withId(VpcPeeringConnectionId)];
  const find = async () => (await describePeeringConnections(aws, filters))[0];
  const notOurs = () =>
    new LabError(
      "not-ours",
      `The two VPCs have a peering connection already, ${VpcPeeringConnectionId}, that this lab did not make.`,
      {
        why: "It does not carry the lab's tag, so it is left alone, and AWS makes no second one beside it.",
        next: [
          `Delete it: aws ec2 delete-vpc-peering-connection --vpc-peering-connection-id ${VpcPeeringConnectionId} --region ${aws.region}`,
          "Then run the same command again.",
        ],
      },
    );
  await onceShown(aws, "the tags of the peering connection", find, notOurs);
}

/**
 * Accepts the request, as the owner of VPC 2 would, once AWS is ready for it. Accepted already is fine.
 * @returns whether it was accepted only now
 * @throws LabError "peering-failed" for overlapping CIDR blocks; "timed-out" after 2 minutes
 */
export async function acceptPeering(aws: Aws, connectionId: string): Promise<{ readonly isNew: boolean }> {
  const wait = {
    what: `peering connection ${connectionId} to be ready to accept`,
    atMostMs: 120_000,
    everyMs: 300,
  };
  return waitFor(aws, wait, async () => {
    const status = statusOf(await readStanding(aws, connectionId));
    if (status === "provisioning" || status === "active") return { isNew: false };
    if (status !== "pending-acceptance") return undefined;
    const command = new AcceptVpcPeeringConnectionCommand({ VpcPeeringConnectionId: connectionId });
    try {
      await aws.ec2.send(command);
      return { isNew: true };
    } catch (error) {
      if (isCode(error, "VpcPeeringConnectionAlreadyExists")) throw alreadyPeered(connectionId, error);
      // Not quite ready, or accepted a moment ago: the next read tells which (AWS-FACTS §1).
      if (!/InvalidStateTransition|NotFound$/i.test(codeOf(error))) throw error;
      return undefined;
    }
  });
}

/** From the acceptance: 3 to 7 s (AWS-FACTS §3). */
const ACTIVE_AFTER_MS = 3_000;

/**
 * Waits until two reads in a row say active: one may still come from before (AWS-FACTS §1).
 * @param options.isNew it was accepted a moment ago
 * @throws LabError "timed-out" after 2 minutes
 */
export async function waitUntilPeeringActive(
  aws: Aws,
  connectionId: string,
  { isNew = false }: { readonly isNew?: boolean } = {},
): Promise<void> {
  const wait = {
    what: `peering connection ${connectionId} to be active`,
    atMostMs: 120_000,
    soonestMs: isNew ? ACTIVE_AFTER_MS : 0,
    everyMs: 300,
  };
  const isActive = async () => statusOf(await readStanding(aws, connectionId)) === "active";
  await waitFor(aws, wait, async () => ((await isActive()) && (await isActive())) || undefined);
}

/** Undefined while it is not visible yet. */
async function readStanding(aws: Aws, connectionId: string): Promise<VpcPeeringConnection | undefined> {
  const [connection] = await describePeeringConnections(aws, withId(connectionId));
  if (connection && hasFaded(connection)) {
    const { Code, Message } = connection.Status ?? {};
    throw new LabError("peering-failed", `The peering connection ${connectionId} is ${Code}.`, {
      why: Message ?? "",
      next: [
        "AWS peers only VPCs whose CIDR blocks do not overlap: look at both with `vpclab status`.",
        "Run the same command again: it asks anew.",
      ],
    });
  }
  return connection;
}

function alreadyPeered(connectionId: string, cause: unknown): LabError {
  return new LabError(
    "VpcPeeringConnectionAlreadyExists",
    "The two VPCs are peered already, by a connection that this lab did not make.",
    {
      why: `Two VPCs can have one active peering connection, so ${connectionId} cannot be accepted.`,
      next: ["Delete the other connection between them, then run the same command again."],
      cause,
    },
  );
}

/** Deletes a connection; routes to it turn into blackholes. Waits up to 5 minutes. */
export function deletePeeringConnection(aws: Aws, connectionId: string): Promise<Deletion> {
  const look = async () => (await describePeeringConnections(aws, withId(connectionId)))[0];
  return deleteUntilGone(aws, {
    what: `peering connection ${connectionId}`,
    atMostMs: 300_000,
    // One that is still being made may not be deleted yet.
    passes: isWrongState,
    delete: async () => {
      const command = new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: connectionId });
      try {
        await aws.ec2.send(command);
      } catch (error) {
        // It was being deleted, or failed, before we came: AWS will not have it deleted again, and it fades.
        const connection = isWrongState(error) ? await look() : undefined;
        if (connection === undefined || !(hasFaded(connection) || statusOf(connection) === "deleting"))
          throw error;
      }
    },
    isThere: async () => {
      const connection = await look();
      return connection !== undefined && !hasFaded(connection);
    },
  });
}

function isWrongState(error: unknown): boolean {
  return /InvalidStateTransition/i.test(codeOf(error));
}

function withId(connectionId: string): Filter[] {
  return [{ Name: "vpc-peering-connection-id", Values: [connectionId] }];
}
