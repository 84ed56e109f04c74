/** What stands in for AWS on 127.0.0.1: the embedded AWS, and before it whatever hands out credentials. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { MemoryStorage } from "../../src/simulator/storage.ts";

export interface SeenRequest {
  /** "GET /federation/credentials?…", or "POST / AssumeRole" where the body names an action. */
  readonly call: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of the signature; undefined for what is not signed. */
  readonly accessKeyId: string | undefined;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** Sent as it is, or as JSON. */
  readonly body: unknown;
}

/** Answers of one's own, by the beginning of `SeenRequest.call`; everything else goes to the embedded AWS. */
export type Answers = Readonly<Record<string, (request: SeenRequest) => Answer>>;

export interface AwsStandIn {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly seen: readonly SeenRequest[];
  /** Forgets what was seen, and answers so from now on. */
  answer(answers: Answers): void;
  close(): void;
}

/** @param serve default: over plain HTTP */
export async function awsStandIn(
  serve: (listener: RequestListener) => Server = createServer,
): Promise<AwsStandIn> {
  const aws = createEmbeddedAws({
    storage: new MemoryStorage(),
    clock: new VirtualClock(Date.now()),
    seed: 1,
  });
  let seen: SeenRequest[] = [];
  let answers: Answers = {};
  const respond = async (request: IncomingMessage): Promise<Answer> => {
    const one = await read(request);
    seen.push(one);
    const own = Object.keys(answers).find((call) => one.call.startsWith(call));
    return own === undefined ? aws.answer(one) : (answers[own] as (request: SeenRequest) => Answer)(one);
  };
  const server = serve((request, response) => {
    respond(request).then(
      ({ status = 200, headers = {}, body }) => {
        response.writeHead(status, headers);
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      },
      (error: unknown) => response.destroy(error as Error),
    );
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    get seen() {
      return seen;
    },
    answer(these) {
      seen = [];
      answers = these;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** At a free port of 127.0.0.1. @returns the port */
function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

async function read(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString("utf8");
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const action = new URLSearchParams(body).get("Action");
  return {
    call: `${request.method} ${request.url}${action === null ? "" : ` ${action}`}`,
    headers,
    body,
    accessKeyId: /Credential=([^/]+)\//.exec(headers.authorization ?? "")?.[1],
  };
}
