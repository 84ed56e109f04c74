/**
 * Shows that something is waited for: what, how long so far, how long it usually takes.
 *
 * On a terminal that may be animated, one live line a wait; several waits side by side share one spinner, because two
 * of them would draw over each other. Elsewhere a line at the start and one at the end.
 */
import { duration } from "../lab/figures.ts";
import type { Terminal } from "./terminal.ts";
import { plain, truncate, visibleWidth } from "./text.ts";

export interface WaitOptions {
  /** "both instances register with Systems Manager" */
  readonly text: string;
  /** "0:30 to 2:00" */
  readonly usually?: string | undefined;
  /** The service's time in ms: a simulated minute counts as a minute, however fast it passes. */
  readonly now: () => number;
}

/**
 * Runs `work` while the wait is shown. `work` may note how it stands; a note replaces the one before, and is shown on
 * the live line only.
 * @returns what `work` returns
 * @throws what `work` throws, after the line is finished
 */
export async function wait<T>(
  terminal: Terminal,
  options: WaitOptions,
  work: (note: (text: string) => void) => Promise<T>,
): Promise<T> {
  const line = new WaitLine(options);
  const finish = terminal.isAnimated ? await animate(terminal, line) : announce(terminal, line);
  try {
    const result = await work((text) => {
      line.note = plain(text);
    });
    finish("done");
    return result;
  } catch (error) {
    finish("stopped");
    throw error;
  }
}

type Finish = (how: "done" | "stopped") => void;

class WaitLine {
  readonly text: string;
  readonly usually: string;
  readonly #now: () => number;
  readonly #began: number;
  note = "";

  constructor({ text, usually, now }: WaitOptions) {
    this.text = plain(text);
    this.usually = usually === undefined ? "" : `usually ${plain(usually)}`;
    this.#now = now;
    this.#began = now();
  }

  elapsed(): string {
    return duration(this.#now() - this.#began);
  }

  /** One line of at most `width` columns. Room is found by leaving out the note, then the usual time, then words. */
  live(width: number): string {
    const elapsed = this.elapsed();
    const fits = [
      [this.text, elapsed, this.usually, this.note],
      [this.text, elapsed, this.usually],
      [this.text, elapsed],
    ]
      .map((parts) => parts.filter((part) => part !== "").join(" · "))
      .find((candidate) => visibleWidth(candidate) <= width);
    return fits ?? `${truncate(this.text, width - elapsed.length - 3)} · ${elapsed}`;
  }
}

function announce(terminal: Terminal, line: WaitLine): Finish {
  terminal.say(terminal.wrap(`${line.text} …${line.usually === "" ? "" : ` (${line.usually})`}`, 2));
  return (how) => terminal.say(terminal.wrap(`${line.text} … ${how} after ${line.elapsed()}`, 2));
}

/** The live lines of one terminal, drawn by one spinner. */
interface Board {
  readonly lines: Set<WaitLine>;
  draw(): void;
  stop(): void;
}

const boards = new WeakMap<Terminal, Board>();
const REDRAW_MS = 100;

async function animate(terminal: Terminal, line: WaitLine): Promise<Finish> {
  const { default: ora, spinners } = await import("ora");
  const board = boards.get(terminal) ?? startBoard();
  board.lines.add(line);
  board.draw();
  return (how) => {
    board.lines.delete(line);
    if (board.lines.size === 0) board.stop();
    else board.draw();
    const symbol = how === "done" ? terminal.colour.green(terminal.symbols.done) : terminal.symbols.failed;
    terminal.say(terminal.wrap(`${symbol} ${line.text} · ${how} after ${line.elapsed()}`, 2));
  };

  function startBoard(): Board {
    const { frames, interval } = terminal.unicode ? spinners.dots : spinners.line;
    const spinner = ora({
      stream: terminal.stderr,
      isEnabled: true,
      color: false,
      // ora would put the terminal into raw mode, where Ctrl-C no longer interrupts by itself.
      discardStdin: false,
      // To show the cursor again, ora's helper listens for SIGINT, and once a program's own one-time listener has run
      // it ends the process. A cursor that never went needs no such helper.
      hideCursor: false,
      spinner: { frames: frames.map((frame) => `  ${terminal.colour.cyan(frame)}`), interval },
    });
    const lines = new Set<WaitLine>();
    const draw = () => {
      // The margin and the frame take four columns, and the terminal's echo of Ctrl-C two: wrapped, it would stay.
      const width = Math.min(terminal.width, terminal.stderr.columns ?? terminal.width) - 6;
      spinner.text = [...lines].map((each) => each.live(width)).join("\n    ");
      if (!spinner.isSpinning) spinner.start();
    };
    const timer = setInterval(draw, REDRAW_MS);
    const stop = () => {
      clearInterval(timer);
      boards.delete(terminal);
      spinner.stop();
    };
    const board = { lines, draw, stop };
    boards.set(terminal, board);
    return board;
  }
}
