/** The machine image of the instances. */
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import type { Aws } from "./clients.ts";
import { isCode, LabError } from "./errors.ts";

/** AWS keeps the id of the newest Amazon Linux 2023 in this public parameter, a Region each (AWS-FACTS §6). */
export const IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/** The newest Amazon Linux 2023 for x86, which brings the Systems Manager agent along; its `ami-…` id. */
export async function latestImage(aws: Aws): Promise<string> {
  try {
    const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: IMAGE_PARAMETER }));
    if (Parameter?.Value) return Parameter.Value;
  } catch (error) {
    if (!isCode(error, "ParameterNotFound")) throw error;
  }
  throw new LabError("no-image", `${aws.region} has no Amazon Linux 2023 image.`, {
    why: `The public parameter ${IMAGE_PARAMETER} is not there.`,
    next: ["Choose another Region: vpclab up --region us-east-1"],
  });
}
