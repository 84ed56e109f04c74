/** Which subnets follow which route table. */
import {
  AssociateRouteTable$,
  type AssociateRouteTableRequest,
  type AssociateRouteTableResult,
  DisassociateRouteTable$,
  type DisassociateRouteTableRequest,
  ReplaceRouteTableAssociation$,
  type ReplaceRouteTableAssociationRequest,
  type ReplaceRouteTableAssociationResult,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { find, ROUTE_TABLE, SUBNET } from "./resources.ts";
import type { RouteTableState } from "./state.ts";

const ASSOCIATED = { State: "associated" } as const;

function associateRouteTable(context: Context, input: AssociateRouteTableRequest): AssociateRouteTableResult {
  const table = find(context, ROUTE_TABLE, input.RouteTableId);
  const subnet = find(context, SUBNET, input.SubnetId);
  if (subnet.vpcId !== table.vpcId)
    throw new AwsError(
      "InvalidParameterValue",
      `route table ${table.id} and subnet ${subnet.id} belong to different networks`,
    );
  for (const other of Object.values(context.region.ec2.routeTables)) {
    const present = other.associations.find((association) => association.subnetId === subnet.id);
    if (!present) continue;
    if (other === table) return { AssociationId: present.id, AssociationState: ASSOCIATED };
    throw new AwsError(
      "Resource.AlreadyAssociated",
      `the specified association for route table ${table.id} conflicts with an existing association`,
    );
  }
  const association = { id: context.newId("rtbassoc"), subnetId: subnet.id };
  table.associations.push(association);
  return { AssociationId: association.id, AssociationState: ASSOCIATED };
}

function disassociateRouteTable(context: Context, input: DisassociateRouteTableRequest): object {
  const { table, association } = findAssociation(context, input.AssociationId);
  if (association.subnetId === undefined)
    throw new AwsError(
      "InvalidParameterValue",
      `cannot disassociate the main route table association ${association.id}`,
    );
  table.associations = table.associations.filter((other) => other !== association);
  return {};
}

/** On the main association this makes the other table the main one. */
function replaceRouteTableAssociation(
  context: Context,
  input: ReplaceRouteTableAssociationRequest,
): ReplaceRouteTableAssociationResult {
  const { table: from, association } = findAssociation(context, input.AssociationId);
  const to = find(context, ROUTE_TABLE, input.RouteTableId);
  if (from.vpcId !== to.vpcId)
    throw new AwsError(
      "InvalidParameterValue",
      `route tables ${from.id} and ${to.id} belong to different networks`,
    );
  from.associations = from.associations.filter((other) => other !== association);
  if (association.subnetId === undefined) {
    from.isMain = false;
    to.isMain = true;
  }
  const replacement = { ...association, id: context.newId("rtbassoc") };
  to.associations.push(replacement);
  return { NewAssociationId: replacement.id, AssociationState: ASSOCIATED };
}

function findAssociation(context: Context, id: string | undefined) {
  for (const table of Object.values<RouteTableState>(context.region.ec2.routeTables)) {
    const association = table.associations.find((other) => other.id === id);
    if (association) return { table, association };
  }
  throw new AwsError("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
}

export const operations: readonly Operation[] = [
  operation(AssociateRouteTable$, ["RouteTableId", "SubnetId"], associateRouteTable),
  operation(DisassociateRouteTable$, ["AssociationId"], disassociateRouteTable),
  operation(ReplaceRouteTableAssociation$, ["AssociationId", "RouteTableId"], replaceRouteTableAssociation),
];
