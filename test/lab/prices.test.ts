import { describe, expect, it } from "vitest";
import { hourlyPrice, volumePrice } from "../../src/lab/prices.ts";

const LAB = ["t3.micro", "t3.micro"];

describe("the price an hour", () => {
  it("is of instances, their public addresses and their disks of 8 GiB, as AWS-FACTS §2 has them", () => {
    const { total, items } = hourlyPrice("us-east-1", LAB);
    expect(items.map(({ perHour }) => perHour)).toEqual([2 * 0.0104, 2 * 0.005, expect.closeTo(0.0018, 4)]);
    expect(total).toBeCloseTo(0.0326, 4);
  });

  it("counts one of a thing as one", () => {
    const { items } = hourlyPrice("us-east-1", ["t3.micro"]);
    expect(items.map(({ text }) => text)).toEqual([
      "1 instance (t3.micro)",
      "1 public IPv4 address",
      "1 volume, 8 GiB (gp3)",
    ]);
  });

  it("is of the disks that there are, attached or left behind", () => {
    const { total } = hourlyPrice("us-east-1", LAB);
    expect(hourlyPrice("us-east-1", LAB, [8, 8, 8]).total).toBeCloseTo(total + 0.0009, 4);
    expect(hourlyPrice("us-east-1", [], [8, 30]).total).toBe(volumePrice([38]));
    expect(hourlyPrice("us-east-1", [], []).total).toBe(0);
  });
});
