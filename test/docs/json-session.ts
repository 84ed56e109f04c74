/** A lab from beginning to end, every command of it with --json: what docs/exit-codes-and-json.md is held against. */
import { CreateSecurityGroupCommand, DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import { byHand, letTimePass } from "../commands/by-hand.ts";
import type { LabHome } from "../commands/in-process.ts";
import { typed } from "../commands/typed.ts";

const MINUTE = 60_000;

/**
 * @param home an empty one
 * @returns by command line as it is documented, all that it printed
 */
export async function jsonSession(home: LabHome): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const printed = new Map<string, unknown[]>();
  /** @param line as documented; `more` is what else it is given here */
  const take = async (line: string, more: readonly string[] = [], signal?: AbortSignal) => {
    const words = [...line.split(" ").slice(1), ...more];
    const { stdout, stderr } = await typed(home, words, { ...(signal && { signal }) });
    if (stdout === "") throw new Error(`${line} printed nothing: ${stderr}`);
    printed.set(line, [...(printed.get(line) ?? []), JSON.parse(stdout)]);
  };
  await take("vpclab doctor --json");
  await take("vpclab policy --json");
  await take("vpclab up --dry-run --json");
  await take("vpclab up --json", ["--until", "first-ping"]);
  await take("vpclab ping --json");
  await take("vpclab why --json");
  await take("vpclab up --json");
  await take("vpclab ping --json");
  await take("vpclab why --json");
  await take("vpclab traffic --json");
  await letTimePass(home, 15 * MINUTE);
  await take("vpclab logs --json");
  await take("vpclab logs --streams --json");
  const { stdout: record } = await typed(home, ["logs", "--raw", "--limit", "1"]);
  await take("vpclab logs explain --json", record.trim().split(" "));
  await take("vpclab logs reconcile --json");
  await take("vpclab insights --json");
  await take("vpclab insights top-10-byte-transfers --json");
  await take("vpclab status --json");
  await somebodyElse(home);
  await take("vpclab status --json");
  await take("vpclab status --all --json");
  await take("vpclab teardown --dry-run --json");
  await take("vpclab teardown --json", ["--yes"]);
  await take("vpclab teardown --all-regions --json", ["--yes", "--include-strays"]);
  await take("vpclab simulator --json", ["--memory", "--port", "0", "--speed", "60"], AbortSignal.abort());
  return printed;
}

/** A security group in the lab's VPC 1 that is not the lab's, and one elsewhere that carries its tag. */
async function somebodyElse(home: Parameters<typeof byHand>[0]): Promise<void> {
  await byHand(home, async ({ ec2 }) => {
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    const VpcId = Subnets.find(({ CidrBlock }) => CidrBlock === "10.1.0.0/20")?.VpcId;
    await ec2.send(
      new CreateSecurityGroupCommand({ VpcId, GroupName: "by-hand", Description: "made by hand" }),
    );
    await ec2.send(
      new CreateSecurityGroupCommand({
        GroupName: "copied",
        Description: "the tag copied",
        TagSpecifications: [
          { ResourceType: "security-group", Tags: [{ Key: "vpclab:lab", Value: "nextwork" }] },
        ],
      }),
    );
  });
}
