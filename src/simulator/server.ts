/**
 * The embedded AWS over HTTP, for any AWS client on this machine. Only on loopback, and only for requests that mean
 * loopback: a web page that points its own name at 127.0.0.1 sends that name as Host, and is refused.
 */
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { notOffered, serviceOf, type WireResponse } from "./embedded-aws.ts";
import { AwsError } from "./error.ts";
import { ConnectionLost, type Endpoint } from "./faults.ts";
import { SERVICES } from "./index.ts";
import { encodeRefusal } from "./wire/refusal.ts";

export interface ServerOptions {
  readonly aws: Endpoint;
  /** 0 picks a free one. */
  readonly port: number;
  /**
   * Told what went wrong inside, e.g. that the world's file is damaged; the client is told only that something did.
   * Default: a warning of the process.
   */
  readonly onError?: (error: unknown) => void;
}

export interface RunningServer {
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string;
  /** Takes no more requests, and settles when those in flight are answered. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";
const MOST_BYTES = 1_048_576;
const OFFERED = SERVICES.map(({ signingName }) => signingName);

/** Rejects with node's own error if the port is taken (EADDRINUSE) or not allowed (EACCES). */
export function startServer(options: ServerOptions): Promise<RunningServer> {
  const { onError = (error) => process.emitWarning(String(error)) } = options;
  const server = createServer((request, response) => {
    const send = (answer: WireResponse) => {
      // What was not read of a refused request is not waited for, and a server that closes keeps no connection.
      if (!request.complete || !server.listening) response.setHeader("connection", "close");
      request.resume();
      response.writeHead(answer.status, {
        ...answer.headers,
        "content-length": Buffer.byteLength(answer.body),
      });
      response.end(answer.body);
    };
    respond(options.aws, request).then(send, (error: unknown) => {
      // A client that hangs up in the middle of its request wants no answer.
      if (request.destroyed && !request.complete) return;
      if (error instanceof ConnectionLost) return void request.socket.destroy();
      onError(error);
      send(
        refusal(request, "InternalFailure", "The embedded AWS of vpclab cannot answer this request.", 500),
      );
    });
  });
  // A client that opens a connection and says nothing does not hold the server up.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  // Longer than clients keep a connection that they do not use: so it is never closed under a request of theirs.
  server.keepAliveTimeout = 60_000;
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, HOST, () => {
      server.off("error", reject);
      const { port } = server.address() as AddressInfo;
      resolve({ endpoint: `http://${HOST}:${port}`, close: () => close(server) });
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}

async function respond(aws: Endpoint, request: IncomingMessage): Promise<WireResponse> {
  if (!isLoopback(request.headers.host))
    return refusal(
      request,
      "AccessDenied",
      "The embedded AWS of vpclab answers on loopback only: see Host.",
      403,
    );
  const headers = joined(request.headers);
  const service = serviceOf({ headers });
  // Before the method and the path: those of S3, say, are other than those of the services that there are.
  if (service !== undefined && !OFFERED.includes(service)) {
    const { code, message, status } = notOffered(service, OFFERED);
    return refusal(request, code, message, status);
  }
  const isOfAws = headers.authorization?.startsWith("AWS4-") || headers["x-amz-target"] !== undefined;
  if (request.method === "GET" && request.url === "/" && !isOfAws) return HEALTH;
  if (request.method !== "POST" || request.url?.split("?")[0] !== "/")
    return refusal(
      request,
      "MethodNotAllowed",
      "The embedded AWS of vpclab takes POST requests to / only.",
      405,
    );
  const body = await readBody(request);
  if (body === undefined)
    return refusal(request, "RequestEntityTooLarge", `A request may have ${MOST_BYTES} bytes at most.`, 413);
  return aws.answer({ headers, body });
}

const HEALTH: WireResponse = {
  status: 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: "The embedded AWS of vpclab is here: point an AWS client at this address.\n",
};

/** Localhost, 127.0.0.0/8 or [::1], with any port. */
function isLoopback(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?$/i.test(host ?? "");
}

/** Undefined as soon as it is more than 1 MiB, whatever its length was said to be. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  if (Number(request.headers["content-length"] ?? 0) > MOST_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function joined(headers: IncomingMessage["headers"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

/** In the protocol that the request seems to be in, so that its client can read it. */
function refusal(request: IncomingMessage, code: string, message: string, status: number): WireResponse {
  const error = new AwsError(code, message, status);
  const headers = joined(request.headers);
  const requestId = "00000000-0000-4000-8000-000000000000";
  const encoded = encodeRefusal(headers, serviceOf({ headers }), error, requestId);
  return {
    status,
    headers: { ...encoded.headers, "content-type": encoded.contentType },
    body: encoded.body,
  };
}
