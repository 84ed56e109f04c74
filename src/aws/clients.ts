/**
 * The one place where SDK clients are made, for AWS and for the embedded AWS alike. Nothing after this file can tell
 * the two apart.
 */
import { setMaxListeners } from "node:events";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import type { HttpHandlerUserInput } from "@smithy/core/protocols";
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Pluggable } from "@smithy/types";
import type { Clock } from "../lab/clock.ts";
import { decodeDenials } from "./authorization-message.ts";
import { http } from "./http.ts";
import { answerLost, type CallTrace, followServiceTime, stopWhenAborted, traceCalls } from "./middleware.ts";
import { redactErrors } from "./redact.ts";
import { ClockedRetryStrategy } from "./retries.ts";
import { ServiceClock } from "./service-clock.ts";
import { signIn } from "./sign-in.ts";

/** Everything a step needs to talk to AWS. */
export interface Aws {
  readonly ec2: EC2Client;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly ssm: SSMClient;
  readonly sts: STSClient;
  readonly region: string;
  readonly clock: Clock;
  /** Aborted by Ctrl-C: no new call is begun; the one in flight is waited for. */
  readonly signal: AbortSignal;
}

export interface ConnectOptions {
  readonly region: string;
  readonly signal: AbortSignal;
  /** Shared-config profile; default as the AWS CLI has it (AWS_PROFILE, else "default"). */
  readonly profile?: string | undefined;
  /** Whose calls they are; default: as the profile says. To be shared by connections of the same person. */
  readonly credentials?: AwsCredentialIdentityProvider | undefined;
  /** Another endpoint for all services, as AWS_ENDPOINT_URL; a `vpclab simulator` for instance. */
  readonly endpointUrl?: string | undefined;
  /** For `--debug`: told of each call when it ends. Never given keys, tokens or signatures. */
  readonly trace?: ((call: CallTrace) => void) | undefined;
  /** The embedded AWS, in this process. Its clock is then the clock. */
  readonly embedded?:
    | {
        readonly requestHandler: HttpHandlerUserInput;
        readonly clock: Clock;
        readonly credentials: AwsCredentialIdentity;
      }
    | undefined;
}

/** How often a call is tried; the waits between grow to 20 s. */
const ATTEMPTS = { failed: 7, throttled: 10 };

/** Makes the clients. No call is made yet: bad credentials show with the first one. */
export function connect(options: ConnectOptions): Aws {
  // Each call that is to be tried again listens to it while it waits, and a look at the lab has twenty under way.
  setMaxListeners(0, options.signal);
  const serviceClock = new ServiceClock();
  const clock = options.embedded?.clock ?? serviceClock;
  const configuration = {
    region: options.region,
    maxAttempts: ATTEMPTS.failed,
    retryStrategy: new ClockedRetryStrategy(ATTEMPTS, clock, options.signal),
    ...(options.profile !== undefined && { profile: options.profile }),
    ...(options.endpointUrl !== undefined && { endpoint: options.endpointUrl }),
    requestHandler: options.embedded?.requestHandler ?? http(),
    credentials: options.embedded?.credentials ?? options.credentials ?? signIn(options.profile),
  };
  const plugins: Pluggable<object, object>[] = [
    redactErrors(),
    stopWhenAborted(options.signal),
    answerLost(),
  ];
  if (!options.embedded) plugins.push(followServiceTime(serviceClock));
  if (options.trace) plugins.push(traceCalls(options.trace, clock));

  const clients = {
    ec2: new EC2Client(configuration),
    iam: new IAMClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    ssm: new SSMClient(configuration),
    sts: new STSClient(configuration),
  };
  for (const client of Object.values(clients)) {
    const stack = client.middlewareStack as unknown as Parameters<
      Pluggable<object, object>["applyToStack"]
    >[0];
    // It copies each call and its answer, for a log that goes nowhere.
    stack.remove("loggerMiddleware");
    for (const plugin of plugins) plugin.applyToStack(stack);
    if (client === clients.ec2) decodeDenials(clients.sts).applyToStack(stack);
  }
  return { ...clients, region: options.region, clock, signal: options.signal };
}
