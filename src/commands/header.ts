/** The first line of a command: which lab, on whose account, where. On stderr: it is not the result. */
import { redacted } from "../aws/redact.ts";
import type { Place } from "../lab/memory.ts";
import { REGIONS } from "../lab/regions.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import type { OpenLab } from "./open-lab.ts";

/** Says where the lab is, and where another of its name is that this machine remembers. */
export function header(terminal: Terminal, lab: OpenLab): void {
  terminal.say(terminal.colour.bold(terminal.wrap(`vpclab · lab ${lab.place.lab} · ${whereOf(lab)}`)));
  // One name, several places: nobody is to take the wrong one down, or forget the one that costs.
  for (const other of lab.elsewhere) {
    const [where, flag] = whereElse(other);
    const flags = `${flag} --region ${other.region}`;
    terminal.say(terminal.wrap(`Note: another lab ${lab.place.lab} stands ${where}, meant by ${flags}.`));
  }
}

/** In words, and by the flag that means it. */
function whereElse({ target, account, endpointUrl }: Place): readonly [where: string, flag: string] {
  if (target === "simulator") return ["on the embedded AWS", "--simulate"];
  if (endpointUrl === undefined) return [`on AWS account ${dashed(account)}`, "--no-simulate"];
  return [`at ${plain(endpointUrl)}`, `--endpoint-url ${plain(endpointUrl)}`];
}

function whereOf({ place, identity }: OpenLab): string {
  const region = `${place.region} (${REGIONS[place.region] ?? ""})`;
  if (place.target === "simulator") return `embedded AWS · ${region}`;
  const who = plain(redacted(identity).replace(/^arn:[^:]*:[^:]*::\d*:/, ""));
  const account = `account ${dashed(place.account)} as ${who} · ${region}`;
  if (place.endpointUrl === undefined) return `AWS ${account}`;
  return `not AWS itself but ${plain(place.endpointUrl)} · ${account}`;
}

/** 1234-5678-9012, as the console writes it. */
function dashed(account: string): string {
  return account.replace(/(\d{4})(?=\d)/g, "$1-");
}

/**
 * What the embedded AWS is, for those who may not have asked for it, and whose the times are that the waits will show.
 * @param speed see simulatorSpeed
 */
export function embeddedBanner(terminal: Terminal, speed: number | "virtual"): void {
  const time =
    speed === "virtual"
      ? "its time jumps to whatever is waited for"
      : speed === 1
        ? "its time runs as yours does"
        : `its time runs ${speed} times faster than yours (the times shown are its own)`;
  terminal.say(
    terminal.wrap(
      `This is an AWS of our own, inside the program: its packets obey the route tables, ${time}, and ` +
        "nothing costs anything. To do the lab on your AWS account: --no-simulate.",
    ),
  );
}
