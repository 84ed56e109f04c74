/** The web servers that user data in the common form sets up: httpd and nginx from their packages, Python's own. */
import { posix } from "node:path";
import type { Machine } from "./program.ts";
import { type UserDataCommand, userDataCommands } from "./user-data-commands.ts";

/** As plain JSON: it is saved with its instance. */
export interface WebServer {
  readonly program: "httpd" | "nginx" | "python3";
  readonly port: number;
  /** Whether a package has to be fetched from Amazon Linux's repository first. */
  readonly needsPackage: boolean;
  /** Whether it comes back after a stop or a reboot (`systemctl enable`). */
  readonly startsAtBoot: boolean;
  /** What the script wrote below the folder that it serves, by path ("/index.html"). */
  readonly files: Readonly<Record<string, string>>;
}

/** What the script can ask about the machine it runs on. */
type Host = Pick<Machine, "hostname" | "privateAddress">;

const PACKAGED = { httpd: "/var/www/html", nginx: "/usr/share/nginx/html" } as const;
type Packaged = keyof typeof PACKAGED;

/**
 * The web server that the user data leaves behind, if it is a shell script that does so in a common form: a package by
 * `yum` or `dnf install`, then `systemctl start` or `service`; or `python3 -m http.server`. cloud-init runs only what
 * begins with `#!`.
 * @param userData in base64
 */
export function webServerOf(userData: string, host: Host): WebServer | undefined {
  const script = Buffer.from(userData, "base64").toString();
  if (!/^#!\s*\/(usr\/)?bin\/(env )?(ba)?sh/.test(script)) return undefined;
  const installed = new Set<string>();
  const started = new Set<string>();
  const enabled = new Set<string>();
  const files = new Map<string, string>();
  let folder = "/";
  for (const command of userDataCommands(script, (substitution) => expand(substitution, host))) {
    write(files, folder, command);
    const [program, ...words] = command.words;
    if (program === "cd") folder = posix.resolve(folder, words[0] ?? "/root");
    if ((program === "yum" || program === "dnf") && words.includes("install"))
      for (const word of words) installed.add(word);
    const service = serviceCommand(command);
    if (service?.starts && installed.has(service.unit)) started.add(service.unit);
    if (service?.enables && installed.has(service.unit)) enabled.add(service.unit);
    const python = pythonServer(command, folder);
    if (python) {
      const { folder: served, ...server } = python;
      return { ...server, files: below(files, served) };
    }
  }
  const unit = (["httpd", "nginx"] as const).find((each: Packaged) => started.has(each) || enabled.has(each));
  // Enabled and not started, it comes with the next boot only; nobody's user data means that.
  if (unit === undefined || !started.has(unit)) return undefined;
  return {
    program: unit,
    port: 80,
    needsPackage: true,
    startsAtBoot: enabled.has(unit),
    files: below(files, PACKAGED[unit]),
  };
}

function serviceCommand({ words: [program, ...words] }: UserDataCommand) {
  const [first = "", second = ""] = words.filter((word) => !word.startsWith("-"));
  const unit = (name: string) => name.replace(/\.service$/, "");
  if (program === "service") return { unit: unit(first), starts: /start/.test(second), enables: false };
  if (program === "chkconfig") return { unit: unit(first), starts: false, enables: second === "on" };
  if (program !== "systemctl") return undefined;
  const enables = first === "enable";
  return {
    unit: unit(second),
    starts: /^(re)?start$/.test(first) || (enables && words.includes("--now")),
    enables,
  };
}

/** `python3 -m http.server [port] [--directory folder]`; it serves the current folder and port 8000 by default. */
function pythonServer({ words }: UserDataCommand, current: string) {
  const [program, ...rest] = words.filter((word) => word !== "nohup");
  if (!program || !/^(\/usr\/bin\/)?python3$/.test(program) || rest[0] !== "-m" || rest[1] !== "http.server")
    return undefined;
  const at = rest.findIndex((word) => word === "-d" || word === "--directory");
  const folder = at < 0 ? current : posix.resolve(current, rest[at + 1] ?? ".");
  const port = Number(rest.slice(2).find((word) => /^\d{1,5}$/.test(word)) ?? 8_000);
  return { program: "python3" as const, port, folder, needsPackage: false, startsAtBoot: false };
}

function write(
  files: Map<string, string>,
  folder: string,
  { words, input, writesTo }: UserDataCommand,
): void {
  if (!writesTo) return;
  const [program, ...rest] = words;
  const path = posix.resolve(folder, writesTo.path);
  let text: string;
  if (program === "cat" && input !== undefined) text = input;
  else if (program === "echo") {
    const endsLine = rest[0] !== "-n";
    const flags = rest.findIndex((word) => word !== "-n" && word !== "-e");
    text = rest.slice(flags < 0 ? rest.length : flags).join(" ") + (endsLine ? "\n" : "");
  } else return;
  files.set(path, writesTo.appends ? (files.get(path) ?? "") + text : text);
}

/** What the shell puts in the place of `$(…)`; of what is not known the page says so, rather than something untrue. */
function expand(substitution: string, { hostname, privateAddress }: Host): string {
  if (/^hostname( -f| --fqdn)?$/.test(substitution) || substitution === "$HOSTNAME") return hostname;
  if (substitution === "hostname -s") return hostname.split(".")[0] ?? "";
  if (substitution === "hostname -I") return `${privateAddress} `;
  return `[not modelled: ${substitution}]`;
}

function below(files: ReadonlyMap<string, string>, folder: string): Record<string, string> {
  const root = folder === "/" ? "" : folder;
  return Object.fromEntries(
    [...files].flatMap(([path, text]) =>
      path.startsWith(`${root}/`) ? [[path.slice(root.length), text]] : [],
    ),
  );
}
