/** `--debug`: a line on stderr for each call to AWS. */
import type { CallTrace } from "../aws/middleware.ts";
import type { Terminal } from "../ui/terminal.ts";
import { plain } from "../ui/text.ts";

/** @returns what tells a call: `debug: EC2 DescribeVpcs · 120 ms · ok · <request id>` */
export function showCall(terminal: Terminal): (call: CallTrace) => void {
  return ({ service, operation, ms, attempts, requestId, error }) => {
    const parts = [
      `debug: ${service} ${operation}`,
      `${ms} ms`,
      ...(attempts > 1 ? [`${attempts} attempts`] : []),
      error ?? "ok",
      ...(requestId === undefined ? [] : [requestId]),
    ];
    terminal.say(terminal.colour.dim(plain(parts.join(" · "))));
  };
}
