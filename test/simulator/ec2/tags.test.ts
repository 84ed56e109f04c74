import {
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteTagsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  type ResourceType,
  type Tag,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { tagsFrom } from "../../../src/simulator/ec2/tag-sets.ts";
import { embedded } from "../embedded.ts";
import { createSide, createVpc } from "../lab-network.ts";
import { refusal } from "../refusal.ts";

describe("tags", () => {
  it("are added, overwritten, found and taken away on several resources at once", async () => {
    const { ec2 } = embedded();
    const { vpcId, subnetId } = await createSide(ec2, 1);
    const Resources = [vpcId, subnetId];
    const create = (...Tags: Tag[]) => ec2.send(new CreateTagsCommand({ Resources, Tags }));
    await create({ Key: "Name", Value: "one" }, { Key: "vpclab:lab", Value: "nextwork" });
    await create({ Key: "Name", Value: "two" });
    const Filters = [{ Name: "resource-id", Values: [vpcId] }];
    expect((await ec2.send(new DescribeTagsCommand({ Filters }))).Tags).toEqual([
      { ResourceId: vpcId, ResourceType: "vpc", Key: "Name", Value: "two" },
      { ResourceId: vpcId, ResourceType: "vpc", Key: "vpclab:lab", Value: "nextwork" },
    ]);
    const byTag = new DescribeTagsCommand({ Filters: [{ Name: "tag:vpclab:lab", Values: ["next*"] }] });
    expect((await ec2.send(byTag)).Tags).toHaveLength(2);
    // A tag with another value stays.
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "Name", Value: "one" }] }));
    expect((await ec2.send(new DescribeTagsCommand({ Filters }))).Tags).toHaveLength(2);
    await ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: "Name" }] }));
    expect((await ec2.send(new DescribeTagsCommand({ Filters }))).Tags).toHaveLength(1);
    await ec2.send(new DeleteTagsCommand({ Resources }));
    expect((await ec2.send(new DescribeTagsCommand({}))).Tags).toEqual([]);
  });

  it("are refused on what does not exist, and then nothing is tagged", async () => {
    const { ec2 } = embedded();
    const vpcId = await createVpc(ec2);
    const create = (other: string) => {
      const input = { Resources: [vpcId, other], Tags: [{ Key: "a", Value: "b" }] };
      return refusal(ec2.send(new CreateTagsCommand(input)));
    };
    expect((await create("subnet-00000000000000000")).code).toBe("InvalidSubnetID.NotFound");
    expect(await create("thing-1")).toEqual({ code: "InvalidID", message: "The ID 'thing-1' is not valid" });
    expect((await ec2.send(new DescribeTagsCommand({}))).Tags).toEqual([]);
  });

  it.each<[ResourceType, Tag[], string]>([
    [
      "subnet",
      [{ Key: "a", Value: "b" }],
      "'subnet' is not a valid taggable resource type for this operation.",
    ],
    ["vpc", [], "Tag specification must have at least one tag"],
    ["vpc", [{ Key: "aws:x", Value: "b" }], "Tag keys starting with 'aws:' are reserved for internal use"],
    ["vpc", [{ Key: "", Value: "b" }], "Tag key cannot be null or empty"],
    [
      "vpc",
      [
        { Key: "a", Value: "1" },
        { Key: "a", Value: "2" },
      ],
      "Duplicate tag key 'a' specified.",
    ],
    ["vpc", [{ Key: "a".repeat(129), Value: "" }], "Tag key exceeds the maximum length of 128 characters"],
    ["vpc", [{ Key: "a", Value: "b".repeat(257) }], "Tag value exceeds the maximum length of 256 characters"],
  ])("given to a new VPC as %s %j are refused, and no VPC is made", async (ResourceType, Tags, message) => {
    const { ec2 } = embedded();
    const create = new CreateVpcCommand({
      CidrBlock: "10.1.0.0/16",
      TagSpecifications: [{ ResourceType, Tags }],
    });
    expect(await refusal(ec2.send(create))).toEqual({ code: "InvalidParameterValue", message });
    expect((await ec2.send(new DescribeVpcsCommand({}))).Vpcs).toHaveLength(1);
  });

  it("go to each type that a call makes", () => {
    const specifications: TagSpecification[] = [
      { ResourceType: "instance", Tags: [{ Key: "Name", Value: "instance" }] },
      { ResourceType: "volume", Tags: [{ Key: "Name", Value: "volume" }] },
    ];
    expect(tagsFrom(specifications, "volume", ["instance", "volume"])).toEqual({ Name: "volume" });
    expect(tagsFrom(specifications, "network-interface", ["instance", "volume"])).toEqual({});
    const twice = [...specifications, ...specifications];
    expect(() => tagsFrom(twice, "volume", ["instance", "volume"])).toThrow(/Duplicate tag specification/);
  });

  it("are at most fifty", async () => {
    const { ec2 } = embedded();
    const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key-${index}`, Value: "" }));
    const create = new CreateTagsCommand({ Resources: [await createVpc(ec2)], Tags });
    expect((await refusal(ec2.send(create))).code).toBe("TagLimitExceeded");
  });
});
