/**
 * Text as people read it: escaped, wrapped, aligned. Pure: nothing here knows of a terminal; widths are given in
 * columns of the screen, of which a CJK character or an emoji takes two.
 */
import columnsOf from "fast-string-width";

/**
 * Control characters (ESC, newline and tab among them), invisible format characters (which can reverse the reading
 * order), line separators and halves of surrogate pairs: what data must never bring to a terminal.
 */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * Nearly all of our text: it hides nothing, and each character takes a column. Looked at first, because expressions over
 * all of Unicode, ours above and those of the library, take some milliseconds at their first use.
 */
const SIMPLE = " -~·–—…←-↓─-╿";
const SIMPLE_LINE = new RegExp(`^[${SIMPLE}]*$`);
const SIMPLE_LINES = new RegExp(`^[\\n${SIMPLE}]*$`);

const ESCAPE = String.fromCodePoint(0x1b);
const RESET = `${ESCAPE}[0m`;

/** A colour code that `Colour` makes: of escape sequences these and no other. */
const OUR_COLOUR = `${ESCAPE}\\[(?:0|1|2|22|3[1-6]|39|90)m`;
const OUR_COLOURS = new RegExp(OUR_COLOUR, "g");
const COLOUR_OR_CHARACTER = new RegExp(`${OUR_COLOUR}|.`, "gsu");

const NAMED_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escapeCharacter(character: string): string {
  const named = NAMED_ESCAPES[character];
  if (named !== undefined) return named;
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u{${hex}}`;
}

/**
 * Data (a name, a tag, a message of AWS, a line from a log) as one harmless line: whatever could move the cursor,
 * colour, hide or reorder text is shown as an escape such as `\x1b`. Use it on all text that is not our own.
 */
export function plain(text: string): string {
  return SIMPLE_LINE.test(text) ? text : text.replace(HOSTILE, escapeCharacter);
}

/** Data of several lines (a command's output): each line harmless by itself, tabs widened to stops of eight. */
export function plainLines(text: string): string[] {
  return text
    .replace(/\r?\n$/, "")
    .split(/\r?\n/)
    .map((line) => plain(widenTabs(line)));
}

function widenTabs(line: string): string {
  const [first = "", ...rest] = line.split("\t");
  return rest.reduce((done, part) => done + " ".repeat(8 - (visibleWidth(done) % 8)) + part, first);
}

/**
 * Text of ours, already coloured, on its way to the terminal: newlines and our own colours pass, everything else is
 * escaped as `plain` does. The last line of defence where a `plain` was forgotten.
 */
export function styled(text: string): string {
  let done = "";
  let from = 0;
  for (const match of text.matchAll(OUR_COLOURS)) {
    done += escapeButNewlines(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return done + escapeButNewlines(text.slice(from));
}

function escapeButNewlines(text: string): string {
  if (SIMPLE_LINES.test(text)) return text;
  return text.replace(HOSTILE, (character) => (character === "\n" ? character : escapeCharacter(character)));
}

/** The columns that one line of text takes, colours not counted. */
export function visibleWidth(text: string): number {
  return SIMPLE_LINE.test(text) ? text.length : columnsOf(text);
}

/** Shortens one line of (coloured) text to `width` columns; what was cut off shows as the ellipsis. */
export function truncate(text: string, width: number, ellipsis = "…"): string {
  if (visibleWidth(text) <= width) return text;
  const room = width - visibleWidth(ellipsis);
  if (room < 0) return "";
  let short = "";
  for (const [part] of text.matchAll(COLOUR_OR_CHARACTER)) {
    if (visibleWidth(short + part) > room) break;
    short += part;
  }
  return `${short}${ellipsis}${short.includes(ESCAPE) ? RESET : ""}`;
}

/**
 * Breaks text into lines of at most `width` columns, at spaces. A line's own indentation is kept and repeated where it
 * goes on. A word longer than the line (an ARN, a command's argument) is left whole, so that it can be copied.
 */
export function wrapText(text: string, width: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, width));
}

function wrapLine(line: string, width: number): string[] {
  if (visibleWidth(line) <= width) return [line];
  const margin = /^ */.exec(line)?.[0] ?? "";
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ").filter((word) => word !== "")) {
    if (current === "") current = margin + word;
    else if (visibleWidth(current) + 1 + visibleWidth(word) <= width) current += ` ${word}`;
    else {
      lines.push(current);
      current = margin + word;
    }
  }
  return [...lines, current];
}

/** Every line of the text moved to the right; empty lines stay empty. */
export function indent(text: string, columns: number): string {
  const margin = " ".repeat(columns);
  return text
    .split("\n")
    .map((line) => (line === "" ? line : margin + line))
    .join("\n");
}

/** Pads one line of (coloured) text with spaces on its right, to `width` columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - visibleWidth(text)));
}

/**
 * Names and values beneath each other, the values in one column and wrapped there. Where the names leave them too
 * little room (fewer than 20 columns), each value stands indented under its name.
 */
export function keyValues(pairs: readonly (readonly [name: string, value: string])[], width: number): string {
  const nameWidth = Math.max(0, ...pairs.map(([name]) => visibleWidth(name)));
  const beside = width - nameWidth - 2;
  return pairs
    .map(([name, value]) => {
      if (beside < 20) return `${name}\n${indent(wrapText(value, width - 2).join("\n"), 2)}`;
      const [first = "", ...rest] = wrapText(value, beside);
      const more = rest.map((line) => " ".repeat(nameWidth + 2) + line);
      return [`${pad(name, nameWidth)}  ${first}`.trimEnd(), ...more].join("\n");
    })
    .join("\n");
}
