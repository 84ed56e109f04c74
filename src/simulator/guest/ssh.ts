/**
 * `ssh` to a host. Instances of the lab have no keys, so it never gets further than being asked for one: that is
 * enough to see whether the port answers.
 */
import { type Opening, openConnection, talk } from "./connection.ts";
import { fail, type Program } from "./program.ts";

/** Bytes of data until the server has heard of no key that it knows: banners, key exchange, authentication. */
const CONVERSATION = [21, 21, 1_536, 1_080, 1_208, 644, 84, 44, 76, 84];
const FLAGS_WITH_VALUE = new Set(["p", "o", "i", "l"]);

export const ssh: Program = (machine, args, memory) => {
  let port = 22;
  let user = "root";
  let patienceMs: number | undefined;
  let trustsNewHosts = false;
  let target: string | undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined && target === undefined; arg = rest.shift()) {
    if (!arg.startsWith("-")) {
      target = arg;
      break;
    }
    const flag = arg.charAt(1);
    if (!FLAGS_WITH_VALUE.has(flag)) {
      if (/^-[46qTtnvx]+$/.test(arg)) continue;
      return fail(`ssh: option ${arg} is not modelled by the instances of vpclab's embedded AWS`, 255);
    }
    const value = (arg.slice(2) || rest.shift()) ?? "";
    if (flag === "p") port = /^\d{1,5}$/.test(value) ? Number(value) : 0;
    if (flag === "l") user = value;
    if (/^ConnectTimeout=\d+$/i.test(value)) patienceMs = Number(value.slice(value.indexOf("=") + 1)) * 1000;
    if (/^StrictHostKeyChecking=(no|accept-new)$/i.test(value)) trustsNewHosts = true;
  }
  if (target === undefined)
    return fail(
      "usage: ssh [-46qTtnvx] [-i identity_file] [-l login_name] [-o option] [-p port] destination [command]",
      255,
    );
  if (port < 1 || port > 65_535) return fail("Bad port number.", 255);
  const [host = "", named] = target.split("@").reverse();
  if (named) user = named;
  const address = machine.resolve(host);
  if (address === undefined)
    return fail(`ssh: Could not resolve hostname ${host}: Name or service not known`, 255);

  const attempt = openConnection(machine, address, port, patienceMs, memory as Opening | undefined);
  const place = `ssh: connect to host ${host} port ${port}`;
  switch (attempt.state) {
    case "waiting":
      return { next: { waitMs: attempt.waitMs, memory: attempt.opening } };
    case "refused":
      return fail(`${place}: Connection refused`, 255);
    case "timed-out":
      return fail(`${place}: Connection timed out`, 255);
    case "open":
      if (port !== 22) {
        talk(machine, attempt.connection, [21]);
        return fail("kex_exchange_identification: Connection closed by remote host", 255);
      }
      // Nobody is there to say yes to a host that is not known yet.
      talk(machine, attempt.connection, trustsNewHosts ? CONVERSATION : CONVERSATION.slice(0, 6));
      return trustsNewHosts
        ? fail(
            `Warning: Permanently added '${host}' (ED25519) to the list of known hosts.\n${user}@${host}: Permission denied (publickey,gssapi-keyex,gssapi-with-mic).`,
            255,
          )
        : fail("Host key verification failed.", 255);
  }
};
