/**
 * The terminal as the commands see it. The only place that asks what the streams are: everything else takes this
 * object. stdout is the result, stderr is the conversation.
 */
import type { Readable, Writable } from "node:stream";
import { stripVTControlCharacters, styleText } from "node:util";
import { indent, styled, wrapText } from "./text.ts";

export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  columns?: number | undefined;
  rows?: number;
};
export type InputStream = Readable & { readonly isTTY?: boolean };

/** Colours that read on dark and light grounds alike. Each returns its text unchanged where there is no colour. */
export interface Colour {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

/** Never alone: a word stands beside each. */
export interface Symbols {
  readonly done: string;
  readonly failed: string;
  readonly warning: string;
  readonly next: string;
}

export interface Terminal {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  /** Somebody is there to answer a prompt: stdin and stderr are terminals, and neither CI nor TERM=dumb says no. */
  readonly isInteractive: boolean;
  /** Lines may be drawn over: stderr is a terminal, and nothing (CI, TERM=dumb, NO_COLOR, --no-color) says no. */
  readonly isAnimated: boolean;
  /** `--json`: the result is for a program. The commands decide what that means for what they print. */
  readonly json: boolean;
  /** Prompts are to work line by line, without redrawing (the environment's ACCESSIBLE). */
  readonly isAccessible: boolean;
  /** The terminal shows more than ASCII. */
  readonly unicode: boolean;
  /** Columns to lay text out in: the terminal's own, within 40 to 120; 80 off a terminal. */
  readonly width: number;
  /** Rows of the screen, to draw on as a whole; undefined where stdout is no terminal, or CI or TERM=dumb says no. */
  readonly height: number | undefined;
  readonly colour: Colour;
  readonly symbols: Symbols;
  /** Writes a line (or several) of the result to stdout. */
  out(text: string): void;
  /** Writes a line (or several) of the conversation to stderr. */
  say(text: string): void;
  /** Clears the screen; does nothing where `height` is undefined. */
  clear(): void;
  /** The text broken at spaces to the terminal's width, every line indented by `columns` (default 0). */
  wrap(text: string, columns?: number): string;
}

export interface TerminalOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** false: `--no-color`. Anything else leaves it to the streams and the environment. */
  readonly color?: boolean | undefined;
  readonly json?: boolean | undefined;
  /** `process.platform`; tells what a Windows console can show. */
  readonly platform?: NodeJS.Platform | undefined;
  /** The last touch on our own words: how a command is to be typed here. Must change nothing the second time. */
  readonly rephrase?: ((text: string) => string) | undefined;
}

const UNICODE_SYMBOLS: Symbols = { done: "✔", failed: "✘", warning: "!", next: "→" };
const ASCII_SYMBOLS: Symbols = { done: "+", failed: "x", warning: "!", next: "->" };

const DEFAULT_SIZE = { columns: 80, rows: 24 };

/**
 * Some terminals report no columns and rows, until they are drawn or for good, as one of a container's that nobody has
 * sized. What draws on them counts lines by the width: by none, it would never come to an end.
 */
function withSize(stream: OutputStream): void {
  const fill = () => {
    stream.columns ||= DEFAULT_SIZE.columns;
    stream.rows ||= DEFAULT_SIZE.rows;
  };
  fill();
  stream.on("resize", fill);
}

export function openTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr, stdin, env, rephrase = (text: string) => text } = options;
  const isTerminal = (stream: OutputStream | InputStream) => stream.isTTY === true;
  for (const stream of [stdout, stderr].filter(isTerminal)) withSize(stream);
  const isBare = saysYes(env.CI) || env.TERM === "dumb";
  // https://no-color.org: any value but the empty one.
  const isPlain = isBare || options.color === false || (env.NO_COLOR ?? "") !== "";
  const colours = (stream: OutputStream) => isTerminal(stream) && !isPlain;
  const unicode = showsUnicode(env, options.platform ?? process.platform);
  const isColoured = colours(stdout) || colours(stderr);
  // Each line by itself: on a page that is longer than the screen, one is shown without the next.
  const inColour = (colour: keyof Colour) => (text: string) =>
    isColoured ? text.replace(/[^\n]+/g, (line) => styleText(colour, line, { validateStream: false })) : text;

  // Where only one of the two streams is a terminal, the same coloured text may be meant for either: so colour is
  // taken out again on the way to the one that is not.
  const write = (stream: OutputStream, text: string) => {
    const harmless = styled(options.json && stream === stdout ? text : rephrase(text));
    stream.write(`${colours(stream) ? harmless : stripVTControlCharacters(harmless)}\n`);
  };

  return {
    stdout,
    stderr,
    stdin,
    isInteractive: isTerminal(stdin) && isTerminal(stderr) && !isBare,
    isAnimated: colours(stderr),
    json: options.json === true,
    isAccessible: saysYes(env.ACCESSIBLE),
    unicode,
    get width() {
      const columns = [stdout, stderr].find(isTerminal)?.columns ?? DEFAULT_SIZE.columns;
      return Math.min(120, Math.max(40, columns));
    },
    get height() {
      return isTerminal(stdout) && !isBare ? (stdout.rows ?? DEFAULT_SIZE.rows) : undefined;
    },
    colour: {
      bold: inColour("bold"),
      dim: inColour("dim"),
      red: inColour("red"),
      green: inColour("green"),
      yellow: inColour("yellow"),
      cyan: inColour("cyan"),
    },
    symbols: unicode ? UNICODE_SYMBOLS : ASCII_SYMBOLS,
    out: (text) => write(stdout, text),
    say: (text) => write(stderr, text),
    clear() {
      if (this.height !== undefined) stdout.write("\u001b[2J\u001b[H");
    },
    wrap(text, columns = 0) {
      return indent(wrapText(rephrase(text), this.width - columns).join("\n"), columns);
    },
  };
}

function saysYes(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** The Linux console and the old Windows console have no glyphs for it; a locale that is not UTF-8 no encoding. */
function showsUnicode(env: TerminalOptions["env"], platform: NodeJS.Platform): boolean {
  if (platform === "win32") {
    return saysYes(env.WT_SESSION) || env.TERM_PROGRAM === "vscode" || env.TERM === "xterm-256color";
  }
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || "";
  return env.TERM !== "linux" && (locale === "" || /utf-?8/i.test(locale));
}
