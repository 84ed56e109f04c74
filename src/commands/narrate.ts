/** What the steps tell, as a person reads it on a terminal (or in a file), and as nothing at all under `--json`. */
import type { Clock } from "../lab/clock.ts";
import { Interrupted } from "../lab/error.ts";
import { shortDuration } from "../lab/figures.ts";
import type { Finding, Narrator, ResourceEvent } from "../lab/narrator.ts";
import { CANCELLED, choose } from "../ui/prompt.ts";
import { skipByEnter } from "../ui/skip.ts";
import { wait } from "../ui/spinner.ts";
import type { Terminal } from "../ui/terminal.ts";
import { indent, plain, visibleWidth, wrapText } from "../ui/text.ts";
import { showFinding } from "./findings.ts";

export interface NarratorOptions {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Whether to ask and to wait for the learner; false under --yes and off a terminal. */
  readonly asks: boolean;
}

/** The learner chose "Stop here": not an error, and nothing is taken back. */
export class StoppedHere extends Error {
  constructor() {
    super("Stopped here.");
    this.name = "StoppedHere";
  }
}

/** Tells the steps' events on the terminal. */
export function terminalNarrator(options: NarratorOptions): Narrator {
  const { terminal, clock, signal, asks } = options;
  return {
    resource: (event) => terminal.out(resourceLine(terminal, event)),
    say: (text) => terminal.out(terminal.wrap(plain(text), 2)),
    stands: (text) => terminal.out(terminal.wrap(`${terminal.symbols.done} ${plain(text)}`)),
    warn: (text) =>
      terminal.say(
        terminal.colour.yellow(terminal.wrap(`${terminal.symbols.warning} Note: ${plain(text)}`, 2)),
      ),
    wait: async ({ text, usually, skipTo }, work) => {
      const options = { text, usually, now: () => clock.now() };
      if (skipTo === undefined || !asks) return wait(terminal, options, (note) => work(note));
      terminal.say(terminal.wrap(`Press Enter to ${skipTo}.`, 2));
      const skip = skipByEnter(terminal);
      try {
        return await wait(terminal, options, (note) => work(note, skip.signal));
      } finally {
        skip.stop();
      }
    },
    async finding(finding) {
      terminal.out(showFinding(terminal, finding));
      terminal.out("");
      if (asks) await pause(terminal, signal);
    },
    async predict({ text, choices }) {
      if (!asks) return undefined;
      const options = [
        ...choices.map((label, value) => ({ label, value })),
        { label: "I don't know yet", value: -1 },
      ];
      const answer = await choose(terminal, { message: text, choices: options, signal });
      if (answer === CANCELLED) throw new Interrupted();
      return answer === -1 ? undefined : answer;
    },
  };
}

/** What was shown is to be looked at before anything else scrolls it away. */
async function pause(terminal: Terminal, signal: AbortSignal): Promise<void> {
  const answer = await choose(terminal, {
    message: "Seen it?",
    choices: [
      { value: "go", label: "Go on" },
      { value: "stop", label: "Stop here" },
    ],
    signal,
  });
  if (answer === CANCELLED) throw new Interrupted();
  if (answer === "stop") throw new StoppedHere();
}

/** Tells nobody: for `--json`. @param findings where what there is to look at is kept */
export function silentNarrator(findings: Finding[] = []): Narrator {
  return {
    resource: () => undefined,
    say: () => undefined,
    stands: () => undefined,
    warn: () => undefined,
    wait: (_wait, work) => work(() => undefined),
    finding: async (finding) => void findings.push(finding),
    predict: async () => undefined,
  };
}

/**
 * "✔ the purpose     id   0.4 s" in one line where it fits; the time goes first, then the id to a line of its own.
 * Roles, policies and log groups are named by their names: what the text has said already is not said again.
 */
function resourceLine(terminal: Terminal, event: ResourceEvent): string {
  const mark = terminal.colour.green(terminal.symbols.done);
  const how = event.outcome === "made" ? shortDuration(event.ms) : "already there";
  const text = plain(event.text);
  const id = plain(event.id);
  const room = terminal.width - 4 - visibleWidth(text);
  const tails = text.includes(id) ? [how, ""] : [`${id}  ${how.padStart(6)}`, id];
  const tail = tails.find((candidate) => visibleWidth(candidate) + 2 <= room);
  if (tail !== undefined)
    return `  ${mark} ${text}${" ".repeat(room - visibleWidth(tail))}${terminal.colour.dim(tail)}`;
  const lines = wrapText(text, terminal.width - 4);
  return `  ${mark} ${indent([...lines, `  ${terminal.colour.dim(`${id}  ${how}`)}`].join("\n"), 4).trimStart()}`;
}
