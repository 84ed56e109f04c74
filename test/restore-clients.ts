/**
 * Files of one worker share the SDK, since loading it anew takes longer than most tests. So what a file fakes of its
 * clients' classes is taken back after it.
 */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { afterAll } from "vitest";

const clients = [EC2Client, IAMClient, CloudWatchLogsClient, SSMClient, STSClient].map(({ prototype }) => ({
  prototype,
  descriptor: Object.getOwnPropertyDescriptor(prototype, "send"),
}));

afterAll(() => {
  for (const { prototype, descriptor } of clients) {
    if (descriptor) Object.defineProperty(prototype, "send", descriptor);
    else Reflect.deleteProperty(prototype, "send");
  }
});
