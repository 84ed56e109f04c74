/** The calls of a lab, noted as they take effect, and counted. */
import { operationOf, type WireRequest, type WireResponse } from "../src/simulator/embedded-aws.ts";
import type { Endpoint } from "../src/simulator/faults.ts";
import type { World } from "../src/simulator/world.ts";

export interface LabCall {
  /** "ec2:CreateVpc" */
  readonly operation: string;
  readonly body: string;
  /** When it took effect, in ms of world time. */
  readonly at: number;
  readonly isThrottled: boolean;
  /** Throttled or refused otherwise. */
  readonly isRefused: boolean;
}

export class WatchedAws implements Endpoint {
  readonly world: World;
  readonly #aws: Endpoint;
  readonly #onCall: (call: LabCall) => Promise<void>;

  constructor(aws: Endpoint, onCall: (call: LabCall) => Promise<void>) {
    this.world = aws.world;
    this.#aws = aws;
    this.#onCall = onCall;
  }

  async answer(request: WireRequest, signal?: AbortSignal): Promise<WireResponse> {
    const answer = await this.#aws.answer(request, signal);
    await this.#onCall({
      operation: operationOf(request) ?? "",
      body: request.body,
      at: this.world.clock.now(),
      isThrottled: answer.status === 503 && answer.body.includes("RequestLimitExceeded"),
      isRefused: answer.status >= 400,
    });
    return answer;
  }
}

/** Lets one call through at a time, each of which takes as long as was said. */
export class Queue implements Endpoint {
  readonly world: World;
  readonly #aws: Endpoint;
  readonly #callMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(aws: Endpoint, callMs: number) {
    this.world = aws.world;
    this.#aws = aws;
    this.#callMs = callMs;
  }

  answer(request: WireRequest, signal?: AbortSignal): Promise<WireResponse> {
    const answer = this.#last.then(async () => {
      await this.world.clock.sleep(this.#callMs, signal);
      return this.#aws.answer(request, signal);
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }
}

export interface Count {
  readonly all: number;
  /** Word for word what has been asked before, and answered: looks of a wait, mostly. */
  readonly again: number;
  readonly throttled: number;
}

export function countOf(calls: readonly LabCall[]): Count {
  const asked = new Set<string>();
  let again = 0;
  for (const { operation, body, isThrottled } of calls) {
    if (isThrottled) continue;
    const words = `${operation} ${body}`;
    if (asked.has(words)) again++;
    asked.add(words);
  }
  return { all: calls.length, again, throttled: calls.filter(({ isThrottled }) => isThrottled).length };
}

/** What is read, what is changed, by service: "ec2 reads". */
export function kindOf({ operation }: LabCall): string {
  const [service, name = ""] = operation.split(":");
  return `${service} ${/^(Describe|Get|List)/.test(name) ? "reads" : "changes"}`;
}
