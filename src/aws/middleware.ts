/** What every call of every client goes through, beside the SDK's own middleware. */
import { isClockSkewError, isThrottlingError, isTransientError } from "@smithy/core/retry";
import type { FinalizeRequestMiddleware, Pluggable, SdkError } from "@smithy/types";
import type { Clock } from "../lab/clock.ts";
import type { ServiceClock } from "./service-clock.ts";

type Plugin = Pluggable<object, object>;

/** These end something of ours that would run on at AWS: they go out even after Ctrl-C. */
const ENDS_SOMETHING: ReadonlySet<string> = new Set(["CancelCommandCommand", "StopQueryCommand"]);

/** After Ctrl-C no new call begins; one that is in flight is waited for, so that we know what came of it. */
export function stopWhenAborted(signal: AbortSignal): Plugin {
  return {
    applyToStack(stack) {
      stack.add(
        (next, context) => async (args) => {
          if (!ENDS_SOMETHING.has(context.commandName ?? "")) signal.throwIfAborted();
          try {
            return await next(args);
          } catch (error) {
            // Ctrl-C ended the wait for another attempt: the SDK then throws why there was to be one.
            const wouldGoOn = isTransientError(error as SdkError) || isThrottlingError(error as SdkError);
            throw signal.aborted && wouldGoOn ? signal.reason : error;
          }
        },
        { step: "initialize", name: "stopWhenAborted" },
      );
    },
  };
}

/**
 * The answer to a call that makes something was lost: it may have been made or not. Not retried by the SDK; whoever
 * called looks the thing up by its tag first (AWS-FACTS: a blind retry makes a second one).
 */
export class AnswerLostError extends Error {
  readonly operation: string;
  /** Not `cause`: the SDK looks there for something worth a blind retry. */
  readonly underlying: Error;

  constructor(operation: string, underlying: Error) {
    super(`${operation}: the answer was lost (${underlying.message})`);
    this.name = "AnswerLostError";
    this.operation = operation;
    this.underlying = underlying;
  }
}

/** The calls without a client token: sent twice, they take effect twice. */
const WITHOUT_CLIENT_TOKEN: ReadonlySet<string> = new Set([
  "CreateVpcCommand",
  "CreateSubnetCommand",
  "CreateInternetGatewayCommand",
  "CreateSecurityGroupCommand",
  "CreateVpcPeeringConnectionCommand",
  "SendCommandCommand",
]);

/** These never reached the service: asking again is safe. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** Throws AnswerLostError, and keeps the SDK from asking again, where a call without a client token got no answer. */
export function answerLost(): Plugin {
  const keepFromRetry: FinalizeRequestMiddleware<object, object> = (next, context) => async (args) => {
    try {
      return await next(args);
    } catch (error) {
      letRefusalStand(error as SdkError);
      const operation = context.commandName ?? "";
      const { code, $metadata } = error as SdkError & { code?: string };
      const status = $metadata?.httpStatusCode ?? 0;
      const isLost =
        WITHOUT_CLIENT_TOKEN.has(operation) &&
        // A refusal is an answer, even where the SDK asks again because of it.
        !(status >= 400 && status < 500) &&
        isTransientError(error as SdkError) &&
        !isThrottlingError(error as SdkError) &&
        !NEVER_SENT.has(code ?? "");
      throw isLost ? new AnswerLostError(operation.replace(/Command$/, ""), error as Error) : error;
    }
  };
  return {
    applyToStack(stack) {
      // Inside the SDK's retry loop, outside the signing and sending.
      stack.addRelativeTo(keepFromRetry, {
        relation: "after",
        toMiddleware: "retryMiddleware",
        name: "answerLost",
      });
    },
  };
}

/**
 * The SDK learns from each answer how wrong the local clock is, and then asks again whatever the answer was: on the
 * embedded AWS, whose time runs faster than ours, that is every refusal, until no retry is left for what needs one.
 * Only what was refused for the clock's sake is worth it.
 */
function letRefusalStand(error: SdkError): void {
  if (error.$metadata?.clockSkewCorrected && !isClockSkewError(error))
    Object.assign(error.$metadata, { clockSkewCorrected: false });
}

/** Has the clock follow the `Date` of every answer, refusals included. */
export function followServiceTime(clock: ServiceClock): Plugin {
  return {
    applyToStack(stack) {
      stack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers = {} } = (result.response ?? {}) as { headers?: Record<string, string> };
          clock.observe(headers.date, headers["x-vpclab-speed"]);
          return result;
        },
        // Below the deserializer, which turns refusals into exceptions: their time counts too.
        { step: "deserialize", priority: "low", name: "followServiceTime" },
      );
    },
  };
}

/** One call, for `--debug`. Holds no parameters: they may hold what nobody is to see. */
export interface CallTrace {
  readonly service: string;
  readonly operation: string;
  /** In ms of the service's time, retries included. */
  readonly ms: number;
  readonly attempts: number;
  readonly requestId: string | undefined;
  /** AWS's code, where it was refused. */
  readonly error: string | undefined;
}

/** Tells of each call when it has ended, well or not. */
export function traceCalls(trace: (call: CallTrace) => void, clock: Clock): Plugin {
  return {
    applyToStack(stack) {
      stack.add(
        (next, context) => async (args) => {
          const begun = clock.now();
          const told = (metadata: { attempts?: number; requestId?: string } | undefined, error?: string) =>
            trace({
              service: (context.clientName ?? "").replace(/Client$/, ""),
              operation: (context.commandName ?? "").replace(/Command$/, ""),
              ms: clock.now() - begun,
              attempts: metadata?.attempts ?? 1,
              requestId: metadata?.requestId,
              error,
            });
          try {
            const result = await next(args);
            told((result.output as { $metadata?: { attempts?: number; requestId?: string } }).$metadata);
            return result;
          } catch (error) {
            told(
              (error as { $metadata?: { attempts?: number; requestId?: string } }).$metadata,
              (error as Error).name,
            );
            throw error;
          }
        },
        { step: "initialize", priority: "high", name: "traceCalls" },
      );
    },
  };
}
