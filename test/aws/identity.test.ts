import { expect, it } from "vitest";
import { partitionOf } from "../../src/aws/identity.ts";

it.each([
  ["us-east-1", "aws"],
  ["eu-central-1", "aws"],
  ["cn-north-1", "aws-cn"],
  ["us-gov-west-1", "aws-us-gov"],
  ["eusc-de-east-1", "aws-eusc"],
])("begins the ARNs of %s with %s", (region, partition) => {
  expect(partitionOf(region)).toBe(partition);
});
