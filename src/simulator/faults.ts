/**
 * Faults on demand, for tests and for teaching what a program has to survive: at a call of an operation, the embedded
 * AWS throttles, errs, is slow, or loses the connection. Put once around the whole of it, so that they happen in the
 * same way in process and over HTTP. docs/faults.md shows how to write them.
 */
import { RequestRates } from "./ec2/request-rates.ts";
import {
  type EmbeddedAws,
  operationOf,
  regionOf,
  type WireRequest,
  type WireResponse,
} from "./embedded-aws.ts";
import { AwsError } from "./error.ts";
import type { World } from "./world.ts";

/** What a client can reach: an embedded AWS, or one with faults around it. */
export interface Endpoint {
  readonly world: World;
  /** @param signal ends the client's waiting; what has taken effect by then has taken effect */
  answer(request: WireRequest, signal?: AbortSignal): Promise<WireResponse>;
}

interface Which {
  /** "ec2:CreateVpc"; "ec2:*" and "*" mean all that match, and are counted together. */
  readonly operation: string;
  /** Which of these calls, counted from 1 as they come in; absent: every one. */
  readonly calls?: number | readonly number[] | undefined;
}

/** Refused as AWS refuses those who ask too often; without effect. */
export interface Throttle extends Which {
  readonly fault: "throttle";
}

/** Refused with this error; without effect. */
export interface Refusal extends Which {
  readonly fault: "error";
  readonly code: string;
  /** Of HTTP. Default 400. */
  readonly status?: number | undefined;
  readonly message?: string | undefined;
}

/** Takes longer by `ms` of world time. */
export interface Delay extends Which {
  readonly fault: "delay";
  readonly ms: number;
  /** Before the effect (default), or between the effect and the answer. */
  readonly when?: "before" | "after" | undefined;
}

/** Takes effect; then the connection is lost instead of an answer. */
export interface Drop extends Which {
  readonly fault: "drop";
}

/** The connection is lost before the call takes effect. */
export interface Cut extends Which {
  readonly fault: "cut";
}

/** Refused like Throttle, but only where EC2's own limits would; see ec2/request-rates.ts. */
export interface RateLimit extends Which {
  readonly fault: "rate-limit";
}

export type FaultRule = Throttle | Refusal | Delay | Drop | Cut | RateLimit;

/** A fault that has just been met; `call` is the number of the call among those that its rule counts. */
export interface MetFault {
  readonly operation: string;
  readonly call: number;
  readonly rule: FaultRule;
}

/** What the client of a lost connection gets, as from a socket. */
export class ConnectionLost extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("socket hang up");
    this.name = "ConnectionLost";
  }
}

/** How AWS throttles, by service (AWS-FACTS §2). */
function throttled(operation: string): AwsError {
  if (operation.startsWith("ec2:"))
    return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
  const isQuery = /^(iam|sts):/.test(operation);
  return new AwsError(isQuery ? "Throttling" : "ThrottlingException", "Rate exceeded");
}

/** An embedded AWS whose calls meet the faults of a list. Rules that match the same call apply in their order. */
export class FaultyAws implements Endpoint {
  readonly world: World;
  /** How many calls of each operation ("ec2:CreateVpc") have come in so far, whether they met a fault or not. */
  readonly calls = new Map<string, number>();
  readonly #aws: EmbeddedAws;
  readonly #rules: readonly { readonly rule: FaultRule; seen: number }[];
  readonly #rates = new RequestRates();
  readonly #onFault: (fault: MetFault) => void;

  /** @param onFault told of each fault as it happens: before the effect, except for "drop" and a later "delay" */
  constructor(
    aws: EmbeddedAws,
    rules: readonly FaultRule[],
    onFault: (fault: MetFault) => void = () => undefined,
  ) {
    this.world = aws.world;
    this.#aws = aws;
    this.#rules = rules.map((rule) => ({ rule, seen: 0 }));
    this.#onFault = onFault;
  }

  /** Rejects with ConnectionLost where a rule says so. */
  async answer(request: WireRequest, signal?: AbortSignal): Promise<WireResponse> {
    const operation = operationOf(request);
    if (operation === undefined) return this.#aws.answer(request);
    this.calls.set(operation, (this.calls.get(operation) ?? 0) + 1);
    const faults = this.#facing(operation).filter(
      ({ rule }) => rule.fault !== "rate-limit" || this.#isTooOften(operation, request),
    );
    for (const fault of faults) {
      const { rule } = fault;
      if (isAfterEffect(rule)) continue;
      this.#onFault(fault);
      if (rule.fault === "delay") await this.world.clock.sleep(rule.ms, signal);
      if (rule.fault === "cut") throw new ConnectionLost();
      if (rule.fault === "throttle" || rule.fault === "rate-limit")
        return this.#aws.refuse(request, throttled(operation));
      if (rule.fault === "error") {
        const { code, status, message = "A fault that was asked for." } = rule;
        return this.#aws.refuse(request, new AwsError(code, message, status));
      }
    }
    const answer = await this.#aws.answer(request);
    for (const fault of faults) {
      const { rule } = fault;
      if (!isAfterEffect(rule)) continue;
      this.#onFault(fault);
      if (rule.fault === "delay") await this.world.clock.sleep(rule.ms, signal);
      else throw new ConnectionLost();
    }
    return answer;
  }

  /** Only EC2's limits are known. */
  #isTooOften(operation: string, request: WireRequest): boolean {
    const [service, action = ""] = operation.split(":");
    const call = {
      region: regionOf(request) ?? "",
      action,
      parameters: new URLSearchParams(request.body),
    };
    return service === "ec2" && !this.#rates.take(call, this.world.clock.now());
  }

  /** Counts the call by every rule it matches, and gives those that apply to it. */
  #facing(operation: string): MetFault[] {
    const matching = this.#rules.filter(({ rule }) => matches(rule.operation, operation));
    return matching.flatMap((counted) => {
      counted.seen++;
      const { rule, seen: call } = counted;
      const applies = rule.calls === undefined || [rule.calls].flat().includes(call);
      return applies ? [{ operation, call, rule }] : [];
    });
  }
}

function matches(pattern: string, operation: string): boolean {
  return pattern.endsWith("*") ? operation.startsWith(pattern.slice(0, -1)) : pattern === operation;
}

function isAfterEffect(rule: FaultRule): boolean {
  return rule.fault === "drop" || (rule.fault === "delay" && rule.when === "after");
}
