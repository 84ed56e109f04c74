/** The embedded AWS behind the SDK's own `requestHandler`: unchanged clients, no network. */
import { type HttpHandlerUserInput, HttpResponse } from "@smithy/core/protocols";
import type { HttpHandlerOptions, HttpRequest } from "@smithy/types";
import type { Endpoint } from "./faults.ts";

export interface InProcessOptions {
  /** What one call costs in world time, in ms, before it takes effect. Default 0. */
  readonly callLatencyMs?: number;
}

export function inProcessHandler(aws: Endpoint, options: InProcessOptions = {}): HttpHandlerUserInput {
  const { clock } = aws.world;
  return {
    metadata: { handlerProtocol: "vpclab" },
    async handle(request: HttpRequest, { abortSignal }: HttpHandlerOptions = {}) {
      const signal = abortSignal as AbortSignal | undefined;
      signal?.throwIfAborted();
      if (options.callLatencyMs) await clock.sleep(options.callLatencyMs, signal);
      const answer = await aws.answer(
        { headers: lowerCased(request.headers), body: textOf(request.body) },
        signal,
      );
      const response = new HttpResponse({
        statusCode: answer.status,
        headers: answer.headers,
        body: Buffer.from(answer.body),
      });
      return { response };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** The clients' JSON codec makes bytes; asking these for their text in any other way makes the SDK print a warning. */
function textOf(body: string | Uint8Array | undefined): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : (body ?? "");
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
