/**
 * The embedded AWS: takes a request as an AWS client sends it, answers as AWS would. Which service is meant is told
 * by the signature's credential scope, as AWS endpoints do; signatures are not checked, so any keys will do.
 */
import type { Context } from "./context.ts";
import { AwsError } from "./error.ts";
import type { Operation } from "./operation.ts";
import type { Service } from "./service.ts";
import { decodeJson, encodeJson, encodeJsonError } from "./wire/json.ts";
import { decodeQuery, encodeQuery, encodeQueryError } from "./wire/query.ts";
import { encodeRefusal } from "./wire/refusal.ts";
import type { World } from "./world.ts";

export interface WireRequest {
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export class EmbeddedAws {
  readonly world: World;
  readonly #services: ReadonlyMap<string, Service>;
  #requests = 0;

  constructor(world: World, services: readonly Service[]) {
    this.world = world;
    this.#services = new Map(services.map((service) => [service.signingName, service]));
  }

  /**
   * Answers one request; refusals are answers too. Virtual time stands still meanwhile. Rejects only if the world
   * itself cannot be read or written.
   */
  answer(request: WireRequest): Promise<WireResponse> {
    return this.world.clock.during(() => this.#answer(request));
  }

  /** Answers in AWS's name with an error, in the protocol of the service that the request is for. */
  refuse(request: WireRequest, error: AwsError): WireResponse {
    const scope = credentialScope(request.headers.authorization);
    const service = this.#services.get(scope?.service ?? "");
    const requestId = this.#newRequestId();
    if (service) return this.#encodeError(service, error, requestId);
    const { contentType, body, headers } = encodeRefusal(request.headers, scope?.service, error, requestId);
    const response = this.#respond(error.status, contentType, body, requestId);
    return { ...response, headers: { ...response.headers, ...headers } };
  }

  async #answer(request: WireRequest): Promise<WireResponse> {
    const scope = credentialScope(request.headers.authorization);
    const service = this.#services.get(scope?.service ?? "");
    if (!scope || !service) {
      const error = scope
        ? notOffered(scope.service, [...this.#services.keys()])
        : new AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
      return this.refuse(request, error);
    }
    const requestId = this.#newRequestId();
    try {
      const { operation, input } = decodeRequest(service, request);
      const run = (context: Context) => operation.run(context, input);
      const output = operation.reads
        ? await this.world.look(scope.region, run)
        : await this.world.change(scope.region, run);
      return this.#encode(service, operation, output, requestId);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return this.#encodeError(service, error, requestId);
    }
  }

  #encode(
    service: Service,
    operation: Operation,
    output: Record<string, unknown>,
    requestId: string,
  ): WireResponse {
    if (service.protocol === "json")
      return this.#respond(
        200,
        "application/x-amz-json-1.1",
        encodeJson(operation.schema, output),
        requestId,
      );
    const xml = encodeQuery(service.protocol, service.signingName, operation.schema, output, requestId);
    return this.#respond(200, "text/xml;charset=UTF-8", xml, requestId);
  }

  #encodeError(service: Service, error: AwsError, requestId: string): WireResponse {
    if (service.protocol === "json")
      return this.#respond(error.status, "application/x-amz-json-1.1", encodeJsonError(error), requestId);
    const xml = encodeQueryError(service.protocol, error, requestId);
    return this.#respond(error.status, "text/xml;charset=UTF-8", xml, requestId);
  }

  #respond(status: number, contentType: string, body: string, requestId: string): WireResponse {
    return {
      status,
      headers: {
        "content-type": contentType,
        "content-length": String(Buffer.byteLength(body)),
        "x-amzn-requestid": requestId,
        // World time: clients take the service's word for what time it is.
        date: new Date(this.world.clock.now()).toUTCString(),
        "x-vpclab-speed": String(this.world.clock.speed),
      },
      body,
    };
  }

  /** Only has to be unlike the others of this process. */
  #newRequestId(): string {
    this.#requests++;
    return `00000000-0000-4000-8000-${this.#requests.toString(16).padStart(12, "0")}`;
  }
}

/** `AWS4-HMAC-SHA256 Credential=KEY/20260105/us-east-1/ec2/aws4_request, …` → Region and service. */
function credentialScope(authorization: string | undefined): { region: string; service: string } | undefined {
  const match = /Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/.exec(
    authorization ?? "",
  );
  return match?.[1] && match[2] ? { region: match[1], service: match[2] } : undefined;
}

/** "ec2:CreateVpc": what a request is for, by its own account; undefined for what is no call of AWS's. */
export function operationOf({ headers, body }: WireRequest): string | undefined {
  const service = credentialScope(headers.authorization)?.service;
  const name = headers["x-amz-target"]?.split(".")[1] ?? new URLSearchParams(body).get("Action");
  return service && name ? `${service}:${name}` : undefined;
}

/** The service that a request is for, by its own account: "ec2", "s3". Undefined where it is not signed. */
export function serviceOf({ headers }: Pick<WireRequest, "headers">): string | undefined {
  return credentialScope(headers.authorization)?.service;
}

/** With a status that no SDK tries again. */
export function notOffered(service: string, offered: readonly string[]): AwsError {
  return new AwsError(
    "UnknownService",
    `The embedded AWS of vpclab does not have the service ${service}. It has ${offered.join(", ")}.`,
  );
}

/** The Region that a request is for, by its own account. */
export function regionOf({ headers }: WireRequest): string | undefined {
  return credentialScope(headers.authorization)?.region;
}

function decodeRequest(service: Service, request: WireRequest) {
  if (service.protocol === "json") {
    const [prefix, name = ""] = (request.headers["x-amz-target"] ?? "").split(".");
    const operation = prefix === service.targetPrefix ? service.operations.get(name) : undefined;
    if (!operation) throw new AwsError("UnknownOperationException", `Unknown operation: ${name}`);
    return { operation, input: decodeJson(operation.schema, request.body) };
  }
  const action = new URLSearchParams(request.body).get("Action") ?? "";
  const operation = service.operations.get(action);
  if (!operation)
    throw new AwsError("InvalidAction", `The action ${action} is not valid for this web service.`);
  return { operation, input: decodeQuery(service.protocol, operation.schema, request.body) };
}
