import { expect, it } from "vitest";
import { idBesideName, titled } from "../../src/commands/resource-words.ts";

it.each([
  ["vpc", "vpc-0ab1", "NextWork-1-vpc", "VPC vpc-0ab1 (NextWork-1-vpc)", "vpc-0ab1"],
  ["network-interface", "eni-0ab1", "", "network interface eni-0ab1", "eni-0ab1"],
  ["iam-role", "NextWorkInstanceRole", "NextWorkInstanceRole", "IAM role NextWorkInstanceRole", "–"],
  [
    "iam-policy",
    "arn:aws:iam::123456789012:policy/NextWorkVPCFlowLogsPolicy",
    "NextWorkVPCFlowLogsPolicy",
    "IAM policy arn:aws:iam::123456789012:policy/NextWorkVPCFlowLogsPolicy",
    "–",
  ],
] as const)("%s %s named %j is told with its name once", (type, id, name, words, beside) => {
  expect(titled({ type, id, name })).toBe(words);
  expect(idBesideName({ id, name })).toBe(beside);
});
