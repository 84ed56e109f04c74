/** AWS's managed prefix lists: the address ranges of its services under one id a Region. */
import {
  DescribeManagedPrefixLists$,
  type DescribeManagedPrefixListsRequest,
  type DescribeManagedPrefixListsResult,
  type ManagedPrefixList,
} from "@aws-sdk/client-ec2";
import type { Context } from "../context.ts";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { hexDigits } from "./amazon-ids.ts";
import { filtered } from "./filters.ts";
import { page } from "./pages.ts";

/** EC2 Instance Connect's is where the lab's browser terminal comes from; S3's and DynamoDB's are in every Region. */
const SERVICES = ["ec2-instance-connect", "s3", "dynamodb"] as const;

/** Of EC2's other lists a page holds 5 to 1000 (API reference, MaxResults). */
const [SMALLEST_PAGE, LARGEST_PAGE] = [1, 100];

function prefixListsIn(regionName: string): ManagedPrefixList[] {
  return SERVICES.map((service) => {
    const id = `pl-${hexDigits(`${service}.${regionName}`).slice(0, 8)}`;
    return {
      PrefixListId: id,
      PrefixListArn: `arn:aws:ec2:${regionName}:aws:prefix-list/${id}`,
      PrefixListName: `com.amazonaws.${regionName}.${service}`,
      AddressFamily: "IPv4",
      State: "create-complete",
      OwnerId: "AWS",
      Tags: [],
    };
  });
}

function describeManagedPrefixLists(
  context: Context,
  input: DescribeManagedPrefixListsRequest,
): DescribeManagedPrefixListsResult {
  const lists = prefixListsIn(context.regionName);
  const ids = input.PrefixListIds ?? [];
  for (const id of ids)
    if (!lists.some((list) => list.PrefixListId === id))
      throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${id}' does not exist`);
  const wanted = lists.filter(({ PrefixListId = "" }) => ids.length === 0 || ids.includes(PrefixListId));
  const passing = filtered(wanted, input.Filters, {
    "owner-id": (list) => list.OwnerId,
    "prefix-list-id": (list) => list.PrefixListId,
    "prefix-list-name": (list) => list.PrefixListName,
  });
  const { items, NextToken } = page(
    passing,
    ({ PrefixListId = "" }) => PrefixListId,
    input,
    LARGEST_PAGE,
    SMALLEST_PAGE,
  );
  return { PrefixLists: items, NextToken };
}

export const operations: readonly Operation[] = [
  operation(
    DescribeManagedPrefixLists$,
    ["PrefixListIds", "Filters", "MaxResults", "NextToken"],
    describeManagedPrefixLists,
  ),
];
