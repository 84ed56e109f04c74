import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeManagedPrefixListsCommand,
  DescribeRegionsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, it } from "vitest";
import { REGIONS as LAB_REGIONS } from "../../../src/lab/regions.ts";
import { REGIONS } from "../../../src/simulator/ec2/regions.ts";
import { embedded } from "../embedded.ts";
import { refusal } from "../refusal.ts";

async function zonesOffering(region: string, type: string) {
  const { ec2 } = embedded({ region });
  const { InstanceTypeOfferings = [] } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: "availability-zone-id",
      Filters: [{ Name: "instance-type", Values: [type] }],
    }),
  );
  return InstanceTypeOfferings.map(({ Location }) => Location);
}

describe("Regions and zones", () => {
  it("tell their ids, and a Region that does not exist is nobody's", async () => {
    const { ec2 } = embedded({ region: "us-west-2" });
    const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
    expect(AvailabilityZones.map((zone) => `${zone.ZoneName} ${zone.ZoneId} ${zone.State}`)).toEqual([
      "us-west-2a usw2-az1 available",
      "us-west-2b usw2-az2 available",
      "us-west-2c usw2-az3 available",
      "us-west-2d usw2-az4 available",
    ]);
    const unknown = new DescribeAvailabilityZonesCommand({ ZoneNames: ["us-west-2z"] });
    expect((await refusal(ec2.send(unknown))).message).toBe("Invalid availability zone: [us-west-2z]");
    const { ec2: nowhere } = embedded({ region: "mars-north-1" });
    expect((await refusal(nowhere.send(new DescribeVpcsCommand({})))).code).toBe("AuthFailure");
  });

  it("never give two zones of a Region the same id or name", () => {
    const zones = REGIONS.flatMap((region) => region.zones);
    expect(new Set(zones.map((zone) => zone.id)).size).toBe(zones.length);
    expect(new Set(zones.map((zone) => zone.name)).size).toBe(zones.length);
  });

  it("are those that the lab lets a learner choose", () => {
    expect(REGIONS.map(({ name }) => name).sort()).toEqual(Object.keys(LAB_REGIONS).sort());
  });

  it("can be asked for by name", async () => {
    const { ec2 } = embedded();
    const { Regions } = await ec2.send(new DescribeRegionsCommand({ RegionNames: ["eu-west-3"] }));
    expect(Regions).toEqual([
      {
        RegionName: "eu-west-3",
        Endpoint: "ec2.eu-west-3.amazonaws.com",
        OptInStatus: "opt-in-not-required",
      },
    ]);
    const unknown = new DescribeRegionsCommand({ RegionNames: ["mars-north-1"] });
    expect((await refusal(ec2.send(unknown))).code).toBe("InvalidParameterValue");
  });
});

describe("instance types", () => {
  it("are offered with the gaps that AWS has", async () => {
    expect(await zonesOffering("us-west-2", "t2.micro")).toEqual(["usw2-az1", "usw2-az2", "usw2-az3"]);
    expect(await zonesOffering("us-east-1", "t3.micro")).not.toContain("use1-az3");
    expect(await zonesOffering("us-east-1", "t2.micro")).toHaveLength(6);
    expect(await zonesOffering("eu-north-1", "t2.micro")).toEqual([]);
    expect(await zonesOffering("eu-north-1", "t3.micro")).toHaveLength(3);
  });

  it("tell which are free of charge to begin with", async () => {
    const { ec2 } = embedded();
    const Filters = [{ Name: "free-tier-eligible", Values: ["true"] }];
    const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand({ Filters }));
    expect(InstanceTypes.map((type) => [type.InstanceType, type.VCpuInfo?.DefaultVCpus])).toEqual([
      ["t2.micro", 1],
      ["t3.micro", 2],
    ]);
    const unknown = new DescribeInstanceTypesCommand({ InstanceTypes: ["u-24tb1.metal"] });
    expect(await refusal(ec2.send(unknown))).toEqual({
      code: "InvalidInstanceType",
      message: "The following supplied instance types do not exist: [u-24tb1.metal]",
    });
  });
});

describe("images and prefix lists", () => {
  it("have Amazon Linux 2023, with an id of its own in each Region", async () => {
    const find = async (region: string) => {
      const Filters = [{ Name: "name", Values: ["al2023-ami-2023*x86_64"] }];
      const describe = new DescribeImagesCommand({ Owners: ["amazon"], Filters });
      return (await embedded({ region }).ec2.send(describe)).Images?.[0];
    };
    const [paris, virginia] = [await find("eu-west-3"), await find("us-east-1")];
    expect(paris).toMatchObject({ State: "available", Architecture: "x86_64", RootDeviceType: "ebs" });
    expect(paris?.ImageId).toMatch(/^ami-0[0-9a-f]{16}$/);
    expect(paris?.ImageId).not.toBe(virginia?.ImageId);
    const { ec2 } = embedded();
    expect((await ec2.send(new DescribeImagesCommand({ Owners: ["self"] }))).Images).toEqual([]);
    const image = (imageId: string) => refusal(ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] })));
    expect((await image("ami-00000000000000000")).code).toBe("InvalidAMIID.NotFound");
    expect((await image("al2023")).code).toBe("InvalidAMIID.Malformed");
  });

  it("have the list of EC2 Instance Connect", async () => {
    const { ec2 } = embedded();
    const Filters = [{ Name: "prefix-list-name", Values: ["*ec2-instance-connect"] }];
    const { PrefixLists } = await ec2.send(new DescribeManagedPrefixListsCommand({ Filters }));
    expect(PrefixLists).toMatchObject([{ PrefixListName: "com.amazonaws.us-east-1.ec2-instance-connect" }]);
  });
});
