import {
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeInstanceTypesCommand,
  DescribeManagedPrefixListsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  paginateDescribeSecurityGroups,
  paginateDescribeSubnets,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { embedded } from "../embedded.ts";
import { createVpc } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

describe("pages", () => {
  it("hold as many as asked for, and together everything once", async () => {
    const { ec2 } = embedded();
    const sizes: number[] = [];
    const seen = new Set<string | undefined>();
    for await (const { Subnets = [] } of paginateDescribeSubnets({ client: ec2, pageSize: 5 }, {})) {
      sizes.push(Subnets.length);
      for (const { SubnetId } of Subnets) seen.add(SubnetId);
    }
    expect(sizes).toEqual([5, 1]);
    expect(seen.size).toBe(6);
  });

  it("skip nothing, though all of one is deleted before the next is asked for", async () => {
    const { ec2 } = embedded();
    const VpcId = await createVpc(ec2);
    for (let number = 1; number <= 12; number++)
      await ec2.send(
        new CreateSecurityGroupCommand({ VpcId, GroupName: `g${number}`, Description: "made by a test" }),
      );
    const Filters = [
      { Name: "vpc-id", Values: [VpcId] },
      { Name: "group-name", Values: ["g*"] },
    ];
    const deleted: string[] = [];
    const pages = paginateDescribeSecurityGroups({ client: ec2, pageSize: 5 }, { Filters });
    for await (const { SecurityGroups = [] } of pages)
      for (const { GroupId, GroupName = "" } of SecurityGroups) {
        await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
        deleted.push(GroupName);
      }
    expect(deleted).toHaveLength(12);
  });

  it("are there for tags too, and the last one names no next", async () => {
    const { ec2 } = embedded();
    const Tags = Array.from({ length: 10 }, (_, index) => ({ Key: `key-${index}`, Value: "" }));
    await ec2.send(new CreateTagsCommand({ Resources: [await createVpc(ec2)], Tags }));
    const { NextToken } = await ec2.send(new DescribeTagsCommand({ MaxResults: 5 }));
    const last = await ec2.send(new DescribeTagsCommand({ MaxResults: 5, NextToken }));
    expect(last.Tags?.map(({ Key }) => Key)).toEqual(["key-5", "key-6", "key-7", "key-8", "key-9"]);
    expect(last.NextToken).toBeUndefined();
  });

  it("of prefix lists may hold one", async () => {
    const { ec2 } = embedded();
    const { PrefixLists, NextToken } = await ec2.send(
      new DescribeManagedPrefixListsCommand({ MaxResults: 1 }),
    );
    expect(PrefixLists).toHaveLength(1);
    expect(NextToken).toBeDefined();
    expect((await refusal(ec2.send(new DescribeManagedPrefixListsCommand({ MaxResults: 101 })))).code).toBe(
      "InvalidParameterValue",
    );
  });

  it("are not to be had of network interfaces that are named", async () => {
    const { ec2 } = embedded();
    const named = new DescribeNetworkInterfacesCommand({
      NetworkInterfaceIds: ["eni-0123456789abcdef0"],
      MaxResults: 5,
    });
    expect((await refusal(ec2.send(named))).code).toBe("InvalidParameterCombination");
  });

  it("are refused in sizes that EC2 does not have, and with a token that nobody gave", async () => {
    const { ec2 } = embedded();
    for (const MaxResults of [0, 4, 1001])
      expect((await refusal(ec2.send(new DescribeSubnetsCommand({ MaxResults })))).code).toBe(
        "InvalidParameterValue",
      );
    expect((await refusal(ec2.send(new DescribeRouteTablesCommand({ MaxResults: 101 })))).code).toBe(
      "InvalidParameterValue",
    );
    expect((await refusal(ec2.send(new DescribeInstanceTypesCommand({ MaxResults: 101 })))).code).toBe(
      "InvalidParameterValue",
    );
    const stranger = new DescribeSubnetsCommand({ NextToken: "bm9ib2R5" });
    expect((await refusal(ec2.send(stranger))).code).toBe("InvalidNextToken");
  });
});
