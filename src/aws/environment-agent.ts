/** Which way a connection to AWS takes: straight, or by a proxy. */
import type { ClientRequest } from "node:http";
import { Agent as StraightAgent } from "node:https";
import { Agent, type AgentConnectOpts } from "agent-base";
import { getProxyForUrl } from "proxy-from-env";

/** As the SDK's own agent. */
const POOL = { keepAlive: true, maxSockets: 50 };

/**
 * Each connection by the proxy that HTTPS_PROXY, ALL_PROXY and NO_PROXY name for its host, as the AWS CLI has it. The SDK
 * takes no note of them (its guide, Configure proxies for Node.js), and of Node's own agents only those of 22.21, 24.5
 * and later could.
 */
export class EnvironmentAgent extends Agent {
  readonly #straight = new StraightAgent(POOL);
  readonly #proxied = new Map<string, Promise<Agent>>();

  constructor() {
    // It pools nothing itself, but by this Node decides whether to ask the other side to keep the connection.
    super({ keepAlive: POOL.keepAlive });
  }

  override connect(_request: ClientRequest, { host = "", port }: AgentConnectOpts) {
    const proxy = proxyFor(host, port);
    if (proxy === "") return this.#straight;
    const agent = this.#proxied.get(proxy) ?? through(proxy);
    this.#proxied.set(proxy, agent);
    return agent;
  }
}

/**
 * As proxy-from-env finds it, but for what the AWS CLI takes otherwise: in NO_PROXY a domain stands for all that is under
 * it, too, and a proxy without a scheme speaks HTTP.
 * @returns "" where no proxy is to be asked
 */
function proxyFor(host: string, port: number): string {
  const labels = host.split(".");
  const proxies = labels.map((_, at) => getProxyForUrl(`https://${labels.slice(at).join(".")}:${port}`));
  const [proxy = ""] = proxies;
  if (proxies.includes("")) return "";
  const { https_proxy, HTTPS_PROXY, all_proxy, ALL_PROXY } = process.env;
  const named = https_proxy || HTTPS_PROXY || all_proxy || ALL_PROXY;
  return named?.includes("://") ? proxy : proxy.replace(/^https:/, "http:");
}

async function through(proxy: string): Promise<Agent> {
  const { HttpsProxyAgent } = await import("https-proxy-agent");
  return new HttpsProxyAgent(proxy, POOL);
}
