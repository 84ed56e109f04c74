/** The result for programs. */
import type { Terminal } from "./terminal.ts";

/** What JSON leaves as it is although a terminal would act on it: DEL, the C1 controls, invisible format characters. */
const HOSTILE_IN_JSON = /[\u{7f}-\u{9f}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Writes the value to stdout as JSON, indented by two spaces, keys in the order they were set.
 * @throws TypeError for what JSON cannot hold (undefined, functions, bigints, circles)
 */
export function printJson(terminal: Terminal, value: unknown): void {
  terminal.stdout.write(`${jsonText(value, 2)}\n`);
}

function jsonText(value: unknown, indentation?: number): string {
  const json: string | undefined = JSON.stringify(value, null, indentation);
  if (json === undefined) throw new TypeError(`${typeof value} is not a JSON value`);
  return json.replace(HOSTILE_IN_JSON, escapeUnits);
}

export interface JsonArray {
  add(value: unknown): void;
  /** Writes the closing bracket. To be called once, at the end. */
  close(): void;
}

/** An array that is written as its elements come, a line each, so that it may be longer than memory. */
export function openJsonArray(terminal: Terminal): JsonArray {
  let before = "[\n";
  return {
    add(value) {
      terminal.stdout.write(`${before}  ${jsonText(value)}`);
      before = ",\n";
    },
    close: () => void terminal.stdout.write(before === "[\n" ? "[]\n" : "\n]\n"),
  };
}

/** The same characters for a parser, written so that they are harmless to look at. */
function escapeUnits(character: string): string {
  return character
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
}
