/** Route tables: which way a packet leaves a subnet. */
import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DisassociateRouteTableCommand,
  type Filter,
  paginateDescribeRouteTables,
  ReplaceRouteCommand,
  ReplaceRouteTableAssociationCommand,
  type Route,
  type RouteTable,
} from "@aws-sdk/client-ec2";
import type { LabSpec, Side } from "../lab/spec.ts";
import { given } from "./answer.ts";
import type { Aws } from "./clients.ts";
import { absentIsFine, type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, isNotFound, LabError } from "./errors.ts";
import { allPages, lowestIdFirst, paging, partFilters, tagSpecifications } from "./tags.ts";
import { onceVisible } from "./visible.ts";
import { retryWhile, waitFor } from "./waits.ts";

export function describeRouteTables(aws: Aws, filters: Filter[]): Promise<RouteTable[]> {
  return allPages(
    paginateDescribeRouteTables(paging(aws, filters, 100), { Filters: filters }),
    (page) => page.RouteTables,
  );
}

/** The lab's route table in a VPC; the first is the one to use. */
export async function findRouteTables(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpcId: string,
): Promise<RouteTable[]> {
  const filters = [...partFilters(spec, `route-table-${side}`), { Name: "vpc-id", Values: [vpcId] }];
  return lowestIdFirst(await describeRouteTables(aws, filters), ({ RouteTableId }) => RouteTableId);
}

/** Makes it with the local route alone; no subnet follows it yet. */
export async function createRouteTable(
  aws: Aws,
  spec: LabSpec,
  side: Side,
  vpcId: string,
): Promise<RouteTable> {
  const command = new CreateRouteTableCommand({
    VpcId: vpcId,
    TagSpecifications: tagSpecifications(spec.tagsOf(`route-table-${side}`), "route-table"),
  });
  const { RouteTable } = await onceVisible(aws, `VPC ${vpcId}`, () => aws.ec2.send(command));
  return given(RouteTable, "the new route table");
}

/** Where a route leads. */
export type RouteTarget = { readonly GatewayId: string } | { readonly VpcPeeringConnectionId: string };

/** The route to exactly this CIDR block. */
export function routeTo(table: RouteTable, destination: string): Route | undefined {
  return table.Routes?.find((route) => route.DestinationCidrBlock === destination);
}

/** Whether a route leads there; no route leads nowhere. */
export function leadsTo(route: Route | undefined, target: RouteTarget): boolean {
  return "GatewayId" in target
    ? route?.GatewayId === target.GatewayId
    : route?.VpcPeeringConnectionId === target.VpcPeeringConnectionId;
}

/**
 * Makes the route, or turns one that leads elsewhere (to a connection that is gone, say). The table is the lab's own.
 * @param table as it was read
 * @returns "found" if it was there already
 */
export async function ensureRoute(
  aws: Aws,
  table: RouteTable,
  destination: string,
  target: RouteTarget,
): Promise<"made" | "found"> {
  const tableId = given(table.RouteTableId, "the route table's id");
  const present = routeTo(table, destination);
  if (leadsTo(present, target)) return "found";
  const route = { RouteTableId: tableId, DestinationCidrBlock: destination, ...target };
  const replace = () => aws.ec2.send(new ReplaceRouteCommand(route));
  const wait = {
    what: `the target of the route to ${destination} to be visible`,
    atMostMs: 60_000,
    everyMs: 1_000,
  };
  await retryWhile(aws, wait, isTargetNotReady, async () => {
    if (present) return replace();
    try {
      return await aws.ec2.send(new CreateRouteCommand(route));
    } catch (error) {
      // An identical route made meanwhile is refused or taken, AWS does not say which (AWS-FACTS §1); replacing suits
      // both, and a route elsewhere too.
      if (!isCode(error, "RouteAlreadyExists")) throw error;
      return replace();
    }
  });
  return "made";
}

/**
 * The target was made a moment ago, or the gateway attached: to a route table that has not heard of it yet, it is in no
 * network [U].
 */
function isTargetNotReady(error: unknown): boolean {
  const isUnattached =
    isCode(error, "InvalidParameterValue") &&
    error instanceof Error &&
    error.message.includes("belong to different networks");
  return isUnattached || isNotFound(error);
}

/**
 * Waits until a read shows the route as active.
 * @returns the table as it is then
 * @throws LabError "timed-out" after 5 minutes
 */
export async function waitForActiveRoute(
  aws: Aws,
  tableId: string,
  destination: string,
  target: RouteTarget,
): Promise<RouteTable> {
  const wait = {
    what: `the route to ${destination} in ${tableId} to be active`,
    atMostMs: 300_000,
    everyMs: 1_000,
    why: "A route whose target is not ready shows as a blackhole.",
  };
  return waitFor(aws, wait, async () => {
    const [table] = await describeRouteTables(aws, [{ Name: "route-table-id", Values: [tableId] }]);
    const route = table && routeTo(table, destination);
    return table && leadsTo(route, target) && route?.State === "active" ? table : undefined;
  });
}

/** Whether the subnet follows this table. */
export function isAssociatedWith(table: RouteTable, subnetId: string): boolean {
  return table.Associations?.some((association) => association.SubnetId === subnetId) ?? false;
}

/** Makes the subnet follow this table, whichever it followed before. */
export async function associateRouteTable(aws: Aws, tableId: string, subnetId: string): Promise<void> {
  const command = new AssociateRouteTableCommand({ RouteTableId: tableId, SubnetId: subnetId });
  try {
    await onceVisible(aws, `route table ${tableId}`, () => aws.ec2.send(command));
  } catch (error) {
    if (!isCode(error, "Resource.AlreadyAssociated")) throw error;
    await replaceAssociation(aws, tableId, subnetId);
  }
}

async function replaceAssociation(aws: Aws, tableId: string, subnetId: string): Promise<void> {
  const ofSubnet = [{ Name: "association.subnet-id", Values: [subnetId] }];
  // The read may lag behind the refusal that says that there is one.
  const wait = { what: `the association of subnet ${subnetId} to show`, atMostMs: 15_000, everyMs: 1_000 };
  const present = await waitFor(aws, wait, async () => {
    const tables = await describeRouteTables(aws, ofSubnet);
    const associations = tables.flatMap((table) => table.Associations ?? []);
    return associations.find((association) => association.SubnetId === subnetId);
  });
  if (present.RouteTableId === tableId) return;
  const AssociationId = given(present.RouteTableAssociationId, `the association of subnet ${subnetId}`);
  const command = new ReplaceRouteTableAssociationCommand({ AssociationId, RouteTableId: tableId });
  await onceVisible(aws, `route table ${tableId}`, () => aws.ec2.send(command));
}

/** Deletes the routes of a table that lead to a peering connection, those made by hand for IPv6 or a prefix list too. */
export async function deleteRoutesTo(aws: Aws, table: RouteTable, connectionId: string): Promise<void> {
  const { RouteTableId, Routes = [] } = table;
  for (const { VpcPeeringConnectionId, ...route } of Routes) {
    if (VpcPeeringConnectionId !== connectionId) continue;
    const { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId } = route;
    const destination = { DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId };
    await absentIsFine(() => aws.ec2.send(new DeleteRouteCommand({ RouteTableId, ...destination })));
  }
}

/** A read may lag behind: so long a table is seen as a VPC's main one until it is taken for that. */
const IS_MAIN_AFTER_MS = 10_000;

/**
 * Disassociates and deletes; its routes go with it. Waits up to 5 minutes.
 * @throws LabError "blocked" where somebody has made it the main one of its VPC
 */
export function deleteRouteTable(aws: Aws, tableId: string): Promise<Deletion> {
  const withId = [{ Name: "route-table-id", Values: [tableId] }];
  let isMain = false;
  return deleteUntilGone(aws, {
    what: `route table ${tableId}`,
    atMostMs: 300_000,
    // Both in each try: the first read may not show yet which subnet has followed it for a moment.
    delete: async () => {
      const [{ Associations = [] } = {}] = await describeRouteTables(aws, withId);
      isMain = Associations.some(({ Main }) => Main);
      for (const { Main, RouteTableAssociationId } of Associations)
        if (!Main)
          await absentIsFine(() =>
            aws.ec2.send(new DisassociateRouteTableCommand({ AssociationId: RouteTableAssociationId })),
          );
      await aws.ec2.send(new DeleteRouteTableCommand({ RouteTableId: tableId }));
    },
    isThere: async () => (await describeRouteTables(aws, withId)).length > 0,
    async lookForBlockers(waitedMs) {
      if (isMain && waitedMs >= IS_MAIN_AFTER_MS) throw mainTable(tableId);
    },
  });
}

function mainTable(tableId: string): LabError {
  return new LabError(
    "blocked",
    `Route table ${tableId} is the main one of its VPC, and goes with that alone.`,
    {
      next: ["Make the VPC's other table the main one again, then run `vpclab teardown` again."],
    },
  );
}
