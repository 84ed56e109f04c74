/** Streams that say they are a terminal, or not, and remember what was written and how it would look. */
import { clearLine, cursorTo, moveCursor } from "node:readline";
import { PassThrough, Writable } from "node:stream";
import { openTerminal, type Terminal, type TerminalOptions } from "../../src/ui/terminal.ts";

export class FakeOutput extends Writable {
  readonly isTTY: boolean;
  columns: number | undefined;
  rows = 24;
  written = "";

  constructor(columns: number | undefined) {
    super({ decodeStrings: false });
    this.isTTY = columns !== undefined;
    this.columns = columns;
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    this.written += String(chunk);
    done();
  }

  cursorTo(x: number): boolean {
    return cursorTo(this, x);
  }
  moveCursor(dx: number, dy: number): boolean {
    return moveCursor(this, dx, dy);
  }
  clearLine(direction: -1 | 0 | 1): boolean {
    return clearLine(this, direction);
  }

  /** The lines that a terminal would show after all that was written, scrolled-off ones included. */
  screen(): string[] {
    return showOnScreen(this.written);
  }

  cursorIsHidden(): boolean {
    return this.written.lastIndexOf("\x1b[?25l") > this.written.lastIndexOf("\x1b[?25h");
  }
}

class FakeInput extends PassThrough {
  isTTY = true;
  isRaw = false;
  setRawMode(raw: boolean): this {
    this.isRaw = raw;
    return this;
  }
}

export interface FakeTerminal extends Terminal {
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly stdin: FakeInput;
}

export interface FakeOptions
  extends Partial<Pick<TerminalOptions, "env" | "color" | "json" | "platform" | "rephrase">> {
  /** The columns of both outputs; undefined: not a terminal. */
  readonly columns?: number | undefined;
}

/** A colour terminal of 80 columns unless told otherwise; not a terminal with `columns: undefined`. */
export function fakeTerminal(options: FakeOptions = {}): FakeTerminal {
  const columns = "columns" in options ? options.columns : 80;
  const stdin = new FakeInput();
  stdin.isTTY = columns !== undefined;
  const streams = { stdout: new FakeOutput(columns), stderr: new FakeOutput(columns), stdin };
  const { env = { TERM: "xterm-256color" }, color, json, platform = "linux", rephrase } = options;
  const terminal = openTerminal({ ...streams, env, color, json, platform, rephrase });
  return Object.assign(terminal, streams);
}

const ESC = "\x1b";
const SEQUENCE_OR_CHARACTER = new RegExp(`${ESC}\\[(\\??[\\d;]*)([A-Za-z])|([\\s\\S])`, "gu");

/** The escape sequences that ora, clack and readline use, acted on. Anything else shows in the text. */
function showOnScreen(written: string): string[] {
  const lines: string[][] = [[]];
  let row = 0;
  let column = 0;
  const line = () => {
    while (lines.length <= row) lines.push([]);
    return lines[row] ?? [];
  };
  for (const [all, parameter = "", command, character] of written.matchAll(SEQUENCE_OR_CHARACTER)) {
    const n = Math.min(Number(parameter || 1), 1000);
    if (command === undefined) {
      if (character === "\n") {
        row += 1;
        column = 0;
        line();
      } else if (character === "\r") column = 0;
      else {
        const cells = line();
        while (cells.length < column) cells.push(" ");
        cells[column] = character ?? "";
        column += 1;
      }
    } else if (command === "A") row = Math.max(0, row - n);
    else if (command === "B") row += n;
    else if (command === "C") column += n;
    else if (command === "D") column = Math.max(0, column - n);
    else if (command === "G") column = n - 1;
    else if (command === "K") {
      if (parameter === "2") line().length = 0;
      else if (parameter === "1") line().fill(" ", 0, column + 1);
      else line().length = Math.min(line().length, column);
    } else if (command === "J") {
      line().length = Math.min(line().length, column);
      lines.length = row + 1;
    } else if (!"mhl".includes(command))
      throw new Error(`the fake screen does not know ${JSON.stringify(all)}`);
  }
  return lines.map((cells) => cells.join("").trimEnd());
}

/** Lets what was begun get on: enough real time for a lazy import or a redraw. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain until ${what}`);
}
