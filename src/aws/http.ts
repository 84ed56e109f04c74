/** How calls go over the network, those of the lab and those that fetch credentials alike. */
import { NodeHttpHandler } from "@smithy/node-http-handler";

/**
 * How long a connection may take, and an answer on it, in ms. The SDK itself waits a quarter of an hour and more, which
 * on a network that has gone away looks like for ever.
 */
const TIMEOUTS = {
  connectionTimeout: 10_000,
  requestTimeout: 60_000,
  socketTimeout: 60_000,
  // Without it the SDK only warns.
  throwOnRequestTimeout: true,
};

/** For the SDK's clients. Node's modules for the network are loaded with it, not before: the embedded AWS needs none. */
export function http(): NodeHttpHandler {
  return new NodeHttpHandler(async () => {
    const { EnvironmentAgent } = await import("./environment-agent.ts");
    return { ...TIMEOUTS, httpsAgent: new EnvironmentAgent() };
  });
}
