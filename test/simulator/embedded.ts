/** An embedded AWS for tests: in memory, in virtual time, reached by real unchanged SDK clients. */
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import type { Quotas } from "../../src/simulator/ec2/quotas.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { inProcessHandler } from "../../src/simulator/request-handler.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";

export interface EmbeddedOptions {
  /** Default 1: every run is the same. */
  readonly seed?: number;
  /** World time at the beginning, in ms. */
  readonly start?: number;
  /** Default us-east-1. */
  readonly region?: string;
  readonly quotas?: Partial<Quotas>;
}

export function embedded({ seed = 1, start, region = "us-east-1", quotas }: EmbeddedOptions = {}) {
  const clock = new VirtualClock(start);
  const aws = createEmbeddedAws({ storage: new MemoryStorage(), clock, seed, quotas });
  const configuration = {
    region,
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "nobody-checks-it" },
    requestHandler: inProcessHandler(aws),
    maxAttempts: 1,
  };
  return {
    aws,
    world: aws.world,
    clock,
    ec2: new EC2Client(configuration),
    iam: new IAMClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    ssm: new SSMClient(configuration),
    sts: new STSClient(configuration),
  };
}

export type Embedded = ReturnType<typeof embedded>;
