/** `curl` for one URL: its page from the few web servers there are, instances' own among them, and curl's own words where there is none. */
import type { Packet } from "../../network/packet.ts";
import { type Opening, openConnection, talk } from "./connection.ts";
import { type Host, hostAt } from "./hosts.ts";
import { fail, type Machine, type Program, type Turn } from "./program.ts";
import { type Page, pageOf } from "./web-page.ts";
import type { WebServer } from "./web-server.ts";

interface Options {
  readonly url: URL;
  readonly isSilent: boolean;
  readonly showsErrors: boolean;
  readonly isHead: boolean;
  readonly showsHead: boolean;
  readonly failsOnError: boolean;
  readonly discardsBody: boolean;
  readonly writeOut: string;
  readonly timeoutMs?: number;
}

const REQUEST_BYTES = 78;
/** The handshake of TLS 1.3 in both directions. */
const TLS_PAYLOADS = [517, 4_316, 80, 574];

export const curl: Program = (machine, args, memory) => {
  const options = parse(args);
  if ("next" in options) return options;
  const { url, timeoutMs } = options;
  const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
  const address = machine.resolve(url.hostname);
  if (address === undefined) return complain(options, `(6) Could not resolve host: ${url.hostname}`, 6);
  const opening = memory as Opening | undefined;
  const attempt = openConnection(machine, address, port, timeoutMs, opening);
  const elapsed = machine.now - (opening?.startedAt ?? machine.now);
  switch (attempt.state) {
    case "waiting":
      return { next: { waitMs: attempt.waitMs, memory: attempt.opening } };
    case "refused":
      return complain(
        options,
        `(7) Failed to connect to ${url.hostname} port ${port} after ${elapsed} ms: Could not connect to server`,
        7,
      );
    case "timed-out":
      return complain(
        options,
        timeoutMs === undefined
          ? `(28) Failed to connect to ${url.hostname} port ${port} after ${elapsed} ms: Could not connect to server`
          : `(28) Connection timed out after ${elapsed} milliseconds`,
        28,
      );
    case "open": {
      const { webServer } = attempt.answer;
      if (webServer) return served(machine, options, webServer, attempt.connection);
      const host = hostAt(address);
      if (!host || port === 53) {
        // SSH says who it is before it is asked, which is no HTTP.
        talk(machine, attempt.connection, [REQUEST_BYTES, 21]);
        return complain(options, "(1) Received HTTP/0.9 when not allowed", 1);
      }
      return hosted(machine, options, host, attempt.connection);
    }
  }
};

/** The page of an instance's web server, which knows no TLS. */
function served(machine: Machine, options: Options, server: WebServer, connection: Packet): Turn {
  if (options.url.protocol === "https:") {
    talk(machine, connection, [517, 310]);
    return complain(options, "(35) TLS connect error: error:0A00010B:SSL routines::wrong version number", 35);
  }
  const page = pageOf(server, options.url.pathname, machine.now);
  talk(machine, connection, payloadsOf(options, page));
  if (options.failsOnError && page.status >= 400)
    return complain(options, `(22) The requested URL returned error: ${page.status}`, 22, page.status);
  return show(options, page);
}

/** The page of a host on the internet. */
function hosted(machine: Machine, options: Options, host: Host, connection: Packet): Turn {
  const body = `<!doctype html><title>${host.names[0] ?? host.address}</title>\n`;
  const head = `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n`;
  const page = { status: 200, head, body };
  const payloads = payloadsOf(options, page);
  talk(machine, connection, options.url.protocol === "https:" ? [...TLS_PAYLOADS, ...payloads] : payloads);
  return show(options, page);
}

function payloadsOf({ isHead }: Options, { head, body }: Page): number[] {
  return [REQUEST_BYTES, head.length + (isHead ? 0 : Buffer.byteLength(body))];
}

function show(options: Options, { status, head, body }: Page): Turn {
  const text = options.isHead ? head : `${options.showsHead ? head : ""}${body}`;
  return { stdout: `${options.discardsBody ? "" : text}${writeOut(options, status)}`, next: { exit: 0 } };
}

function complain(options: Options, message: string, exit: number, status = 0): Turn {
  const stderr = options.isSilent && !options.showsErrors ? "" : `curl: ${message}\n`;
  return { stdout: writeOut(options, status), stderr, next: { exit } };
}

function writeOut({ writeOut: format }: Options, code: number): string {
  return format
    .replaceAll("%{http_code}", String(code).padStart(3, "0"))
    .replaceAll("%{response_code}", String(code).padStart(3, "0"))
    .replaceAll("\\n", "\n");
}

function parse(args: readonly string[]): Options | Turn {
  let text: string | undefined;
  const options = {
    isSilent: false,
    showsErrors: false,
    isHead: false,
    showsHead: false,
    failsOnError: false,
    discardsBody: false,
    writeOut: "",
  };
  let timeoutMs: number | undefined;
  const unmodelled = (what: string) =>
    fail(`curl: ${what} is not modelled by the instances of vpclab's embedded AWS`, 2);
  const rest = [...args].flatMap((arg) => (/^-[a-zA-Z]{2,}$/.test(arg) ? unbundle(arg) : [arg]));
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === "-s" || arg === "--silent") options.isSilent = true;
    else if (arg === "-S" || arg === "--show-error") options.showsErrors = true;
    else if (arg === "-I" || arg === "--head") options.isHead = true;
    else if (arg === "-i" || arg === "--include") options.showsHead = true;
    else if (arg === "-f" || arg === "--fail") options.failsOnError = true;
    else if (["-4", "-k", "--insecure", "-L", "--location"].includes(arg)) continue;
    else if (["-m", "--max-time", "--connect-timeout"].includes(arg)) {
      const seconds = Number(rest.shift());
      if (!(seconds > 0)) return fail(`curl: option ${arg}: expected a proper numerical parameter`, 2);
      timeoutMs = Math.min(timeoutMs ?? Number.POSITIVE_INFINITY, seconds * 1000);
    } else if (arg === "-w" || arg === "--write-out") {
      options.writeOut = rest.shift() ?? "";
      const strange = /%\{(?!(?:http|response)_code\})[^}]*\}/.exec(options.writeOut);
      if (strange) return unmodelled(`the variable ${strange[0]}`);
    } else if (arg === "-o" || arg === "--output") {
      if (rest.shift() !== "/dev/null") return unmodelled("writing to a file");
      options.discardsBody = true;
    } else if (arg.startsWith("-")) return unmodelled(`option ${arg}`);
    else text = arg;
  }
  if (text === undefined) return fail("curl: (2) no URL specified", 2);
  const full = /^[a-z]+:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) return fail("curl: (3) URL rejected: Malformed input to a URL function", 3);
  const url = new URL(full);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return fail(`curl: (1) Protocol "${url.protocol.slice(0, -1)}" not supported`, 1);
  return { ...options, url, ...(timeoutMs !== undefined && { timeoutMs }) };
}

/** `-sSm` is `-s -S -m`; of these only the last may take a value. */
function unbundle(arg: string): string[] {
  return [...arg.slice(1)].map((flag) => `-${flag}`);
}
