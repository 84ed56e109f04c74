/** The first line of a command: which lab, on whose account, where. On stderr: it is not the result. */
import { redacted } from "../aws/redact.ts";
import { REGIONS } from "../lab/regions.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import type { OpenLab } from "./open-lab.ts";

export function header(terminal: Terminal, lab: OpenLab): void {
  terminal.say(terminal.colour.bold(terminal.wrap(`vpclab · lab ${lab.place.lab} · ${whereOf(lab)}`)));
  // One name, several places: nobody is to take the wrong one down, or forget the one that costs.
  for (const { target, account, region } of lab.elsewhere) {
    const place = target === "simulator" ? "the embedded AWS" : `AWS account ${dashed(account)}`;
    const flags = `${target === "simulator" ? "--simulate" : "--no-simulate"} --region ${region}`;
    terminal.say(terminal.wrap(`Note: another lab ${lab.place.lab} stands on ${place}, meant by ${flags}.`));
  }
}

function whereOf({ place, identity }: OpenLab): string {
  const region = `${place.region} (${REGIONS[place.region] ?? ""})`;
  if (place.target === "simulator") return `embedded AWS · ${region}`;
  const who = plain(redacted(identity).replace(/^arn:[^:]*:[^:]*::\d*:/, ""));
  const endpoint = place.endpointUrl === undefined ? "" : ` at ${plain(place.endpointUrl)}`;
  return `AWS account ${dashed(place.account)} as ${who} · ${region}${endpoint}`;
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
