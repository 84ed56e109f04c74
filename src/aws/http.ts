/** How calls go over the network, those of the lab and those that fetch credentials alike. */
import type { AgentOptions } from "node:https";

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

/**
 * HTTPS_PROXY and NO_PROXY, as the AWS CLI takes them: the SDK does not by itself (its guide, Configure proxies for
 * Node.js), an agent of Node 22.21, 24.5 or later does when it is told to (Node's http documentation, Built-in Proxy
 * Support). Older ones take no note of this.
 */
const PROXIED = { proxyEnv: process.env } as AgentOptions;

/** As the SDK's clients take it for their request handler. */
export const HTTP = { ...TIMEOUTS, httpsAgent: PROXIED };
