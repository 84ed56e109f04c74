/** `nc` as Amazon Linux 2023 packages it (Ncat 7.93), for the question whether a port is open: `nc -zv -w 3 HOST PORT`. */
import { type Opening, openConnection, talk } from "./connection.ts";
import { fail, type Program } from "./program.ts";

const DEFAULT_PATIENCE_SECONDS = 10;

export const nc: Program = (machine, args, memory) => {
  const words: string[] = [];
  let isVerbose = false;
  let isProbe = false;
  let patience = DEFAULT_PATIENCE_SECONDS;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!/^-[a-zA-Z0-9]/.test(arg)) {
      words.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const flag = arg.charAt(at);
      if (flag === "v") isVerbose = true;
      else if (flag === "z") isProbe = true;
      else if (flag === "w") {
        const text = (arg.slice(at + 1) || rest.shift()) ?? "";
        patience = /^\d+s?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
        if (!(patience > 0)) return fail("Ncat: Invalid -w timeout. QUITTING.", 2);
        break;
      } else if (flag !== "4" && flag !== "n")
        return fail(`nc: option -${flag} is not modelled by the instances of vpclab's embedded AWS`, 2);
    }
  }
  const [host = "", portText = ""] = words;
  const port = Number(portText);
  if (words.length !== 2 || !/^\d{1,5}$/.test(portText) || port < 1 || port > 65_535)
    return fail("Ncat: You must specify a host and a port to connect to. QUITTING.", 2);
  const address = machine.resolve(host);
  if (address === undefined)
    return fail(`Ncat: Could not resolve hostname "${host}": Name or service not known. QUITTING.`, 2);

  const attempt = openConnection(machine, address, port, patience * 1000, memory as Opening | undefined);
  const version = isVerbose ? "Ncat: Version 7.93 ( https://nmap.org/ncat )\n" : "";
  switch (attempt.state) {
    case "waiting":
      return { next: { waitMs: attempt.waitMs, memory: attempt.opening } };
    case "refused":
      return { stderr: `${version}Ncat: Connection refused.\n`, next: { exit: 1 } };
    case "timed-out":
      return { stderr: `${version}Ncat: TIMEOUT.\n`, next: { exit: 1 } };
    case "open": {
      // Without -z it would wait for what is typed; Run Command types nothing, so both end at once.
      talk(machine, attempt.connection, []);
      const seconds = (attempt.answer.rttMicroseconds / 1e6).toFixed(2);
      const tail = isProbe ? `Ncat: 0 bytes sent, 0 bytes received in ${seconds} seconds.\n` : "";
      return {
        stderr: isVerbose ? `${version}Ncat: Connected to ${address}:${port}.\n${tail}` : "",
        next: { exit: 0 },
      };
    }
  }
};
