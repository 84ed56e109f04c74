/** The first line of a command: which lab, on whose account, where. On stderr: it is not the result. */
import { REGIONS } from "../lab/regions.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";
import type { OpenLab } from "./open-lab.ts";

export function header(terminal: Terminal, lab: OpenLab): void {
  const { bold } = terminal.colour;
  const region = `${lab.place.region} (${REGIONS[lab.place.region] ?? ""})`;
  if (lab.place.target === "simulator") {
    terminal.say(
      bold(terminal.wrap(`vpclab · lab ${lab.place.lab} · embedded AWS, no account touched · ${region}`)),
    );
    return;
  }
  const account = lab.place.account.replace(/(\d{4})(?=\d)/g, "$1-");
  const who = plain(lab.identity.replace(/^arn:[^:]*:[^:]*::\d*:/, ""));
  const endpoint = lab.place.endpointUrl === undefined ? "" : ` at ${plain(lab.place.endpointUrl)}`;
  terminal.say(
    terminal.wrap(
      bold(`vpclab · lab ${lab.place.lab} · AWS account ${account} as ${who} · ${region}${endpoint}`),
    ),
  );
}

/** What the embedded AWS is, for those who may not have asked for it. */
export function embeddedBanner(terminal: Terminal): void {
  terminal.say(
    terminal.wrap(
      "This is an AWS of our own, inside the program: its packets obey the route tables, its time runs faster, and " +
        "nothing costs anything. To do the lab on your AWS account: --no-simulate.",
    ),
  );
}
