/** One fault in one call, put between unchanged SDK clients and an embedded AWS in this process. */
import { type HttpHandlerUserInput, HttpResponse } from "@smithy/core/protocols";
import type { HttpRequest } from "@smithy/types";
import type { EmbeddedAws, WireRequest, WireResponse } from "../../src/simulator/embedded-aws.ts";
import { AwsError } from "../../src/simulator/error.ts";
import { encodeJsonError } from "../../src/simulator/wire/json.ts";
import { encodeQueryError } from "../../src/simulator/wire/query.ts";
import { type Call, CallCounter, wireRequest } from "./calls.ts";

/** What may befall a call that changes something. */
export const FAULT_KINDS = [
  /** The process is gone before the call reaches AWS. */
  "killed before",
  /** AWS has done it; the process is gone before it reads the answer. */
  "killed after",
  /** AWS has done it; the connection is cut before the answer. */
  "answer lost",
  /** The same, and the learner presses Ctrl-C at that moment. */
  "answer lost at Ctrl-C",
  "throttled 3 times",
  "500 twice",
  /** AWS has done it and says 500 all the same. */
  "500 after the effect",
  /** No answer for a minute, and nothing was done. */
  "timed out",
  /** The client has given up when AWS, seconds later, does it after all. */
  "done after the time-out",
  /** Not allowed, as long as this process lives. */
  "refused for good",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** Those that the same run has to overcome by itself. */
export const PASSING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "answer lost",
  "throttled 3 times",
  "500 twice",
  "500 after the effect",
  "timed out",
  "done after the time-out",
]);

/** Those after which AWS holds what the process never heard of. */
export const AFTER_EFFECT: ReadonlySet<FaultKind> = new Set<FaultKind>([
  "killed after",
  "answer lost at Ctrl-C",
]);

export interface Fault {
  readonly kind: FaultKind;
  /** Which call, in the naming of `CallCounter`. */
  readonly call: string;
}

/** How a run was hit. */
export interface Hit {
  /** Settles when the process is killed. */
  readonly killed: Promise<void>;
  /** How often the call met its fault. */
  times(): number;
}

const TIME_OUT_MS = 60_000;
/** Well within the time in which a lost answer is looked for (AWS-FACTS §6: about 15 s). */
const LATE_MS = 4_000;

export interface HandlerOptions {
  /** Told of every call as it comes in. */
  readonly onCall?: (call: Call) => void;
  /** What Ctrl-C does. */
  readonly interrupt?: () => void;
  /** What a call takes before it reaches AWS, in ms of world time. */
  readonly latency?: () => number;
}

export function faultyHandler(
  aws: EmbeddedAws,
  fault: Fault | undefined,
  { onCall = () => {}, interrupt = () => {}, latency }: HandlerOptions = {},
): { handler: HttpHandlerUserInput; hit: Hit } {
  const { clock } = aws.world;
  const counter = new CallCounter();
  const never = new Promise<never>(() => {});
  let isDead = false;
  let met = 0;
  let die = () => {};
  const killed = new Promise<void>((resolve) => {
    die = () => {
      isDead = true;
      resolve();
    };
  });

  const answer = (request: WireRequest) => clock.during(() => aws.answer(request));
  const kill = (): Promise<never> => {
    die();
    return never;
  };

  /** @throws what the SDK's own HTTP handler throws on a connection that is cut or silent */
  async function meet(kind: FaultKind, call: Call, request: WireRequest): Promise<WireResponse> {
    switch (kind) {
      case "throttled 3 times":
        return met++ < 3 ? refusal(call, THROTTLED) : answer(request);
      case "500 twice":
        return met++ < 2 ? refusal(call, FAILED) : answer(request);
      case "refused for good":
        met++;
        return refusal(call, REFUSED);
    }
    if (met > 0) return answer(request);
    switch (kind) {
      case "killed before":
        met++;
        return kill();
      case "timed out":
        met++;
        await clock.sleep(TIME_OUT_MS);
        throw timedOut();
      case "done after the time-out":
        met++;
        void clock.sleep(LATE_MS).then(() => answer(request));
        throw timedOut();
    }
    const response = await answer(request);
    // A refusal has no effect to lose (a role that has not propagated, an interface that still goes): asked again.
    if (response.status >= 400) return response;
    met++;
    if (kind === "killed after") return kill();
    if (kind === "500 after the effect") return refusal(call, FAILED);
    if (kind === "answer lost at Ctrl-C") interrupt();
    throw Object.assign(new Error("socket hang up"), { name: "TimeoutError", code: "ECONNRESET" });
  }

  const handler: HttpHandlerUserInput = {
    metadata: { handlerProtocol: "vpclab" },
    async handle(httpRequest: HttpRequest) {
      if (isDead) return never;
      const request = wireRequest(httpRequest);
      const call = counter.count(request);
      onCall(call);
      if (latency) await clock.sleep(latency());
      const response = await (fault !== undefined && call.name === fault.call
        ? meet(fault.kind, call, request)
        : answer(request));
      if (isDead) return never;
      return {
        response: new HttpResponse({
          statusCode: response.status,
          headers: response.headers,
          body: Buffer.from(response.body),
        }),
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
  return { handler, hit: { killed, times: () => met } };
}

function timedOut(): Error {
  return Object.assign(new Error(`no answer within ${TIME_OUT_MS} ms`), { name: "TimeoutError" });
}

/** A refusal in each service's own code (AWS-FACTS §2). */
type Refusal = Readonly<Record<Call["service"], readonly [code: string, status: number]>>;

const THROTTLED: Refusal = {
  ec2: ["RequestLimitExceeded", 503],
  iam: ["Throttling", 400],
  sts: ["Throttling", 400],
  logs: ["ThrottlingException", 400],
  ssm: ["ThrottlingException", 400],
};
const FAILED: Refusal = {
  ec2: ["InternalError", 500],
  iam: ["ServiceFailure", 500],
  sts: ["ServiceFailure", 500],
  logs: ["ServiceUnavailableException", 500],
  ssm: ["InternalServerError", 500],
};
const REFUSED: Refusal = {
  ec2: ["UnauthorizedOperation", 403],
  iam: ["AccessDenied", 403],
  sts: ["AccessDenied", 403],
  logs: ["AccessDeniedException", 400],
  ssm: ["AccessDeniedException", 400],
};
/** By which a refusal for good is known again. */
export const REFUSAL_CODES = /UnauthorizedOperation|AccessDenied/;

function refusal({ service, operation }: Call, codes: Refusal): WireResponse {
  const [code, status] = codes[service];
  const error = new AwsError(code, `Planted by the test: ${code} for ${operation}.`, status);
  if (service === "logs" || service === "ssm")
    return {
      status,
      headers: { "content-type": "application/x-amz-json-1.1" },
      body: encodeJsonError(error),
    };
  const body = encodeQueryError(service === "ec2" ? "ec2" : "common", error, "planted");
  return { status, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}
