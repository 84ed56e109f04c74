/** Calls as they go over the wire, named so that the same call of another run is found again. */
import type { HttpRequest } from "@smithy/types";
import type { WireRequest } from "../../src/simulator/embedded-aws.ts";

export interface Call {
  readonly service: "ec2" | "iam" | "logs" | "ssm" | "sts";
  readonly operation: string;
  /**
   * The operation and which of its kind: "CreateVpc 2". A call that is made again with the same parameters, by the
   * SDK or by us, is the same call; undefined for calls that only read.
   */
  readonly name: string | undefined;
}

/** As the embedded AWS itself tells them apart. */
const READS = /^(Describe|Get|List|Filter|Simulate)/;

/** Names the calls of one run in the order in which they come. */
export class CallCounter {
  readonly #seen = new Map<string, string[]>();

  count(request: WireRequest): Call {
    const service = serviceOf(request);
    const operation = operationOf(request);
    if (READS.test(operation)) return { service, operation, name: undefined };
    const known = this.#seen.get(operation) ?? [];
    this.#seen.set(operation, known);
    const parameters = withoutChance(request.body);
    if (!known.includes(parameters)) known.push(parameters);
    return { service, operation, name: `${operation} ${known.indexOf(parameters) + 1}` };
  }
}

export function wireRequest({ headers, body }: HttpRequest): WireRequest {
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    body: body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body ?? ""),
  };
}

function serviceOf({ headers }: WireRequest): Call["service"] {
  const scope = /\/([a-z0-9]+)\/aws4_request/.exec(headers.authorization ?? "")?.[1];
  if (scope === "ec2" || scope === "iam" || scope === "logs" || scope === "ssm" || scope === "sts")
    return scope;
  throw new Error(`a call of no service that the lab knows: ${headers.authorization}`);
}

function operationOf({ headers, body }: WireRequest): string {
  const target = headers["x-amz-target"];
  if (target !== undefined) return target.split(".")[1] ?? "";
  return new URLSearchParams(body).get("Action") ?? "";
}

/** Client tokens and the comments that stand in for them differ each time they are made. */
function withoutChance(body: string): string {
  return body.replace(/ClientToken=[^&]*/, "").replace(/"Comment":"[^"]*"/, "");
}
