/** Shell scripts of the simple kind, taken apart into commands. */

/** Where a stream goes: on as one of the script's own, or nowhere. */
export type Stream = "stdout" | "stderr" | "null";

export interface Command {
  readonly words: readonly string[];
  /** Whether it runs whatever the one before did, only after its success (`&&`), or only after its failure (`||`). */
  readonly when: "always" | "success" | "failure";
  /** From 1, as in complaints. */
  readonly line: number;
  readonly stdout: Stream;
  readonly stderr: Stream;
}

/** In this order: blanks and comments, what joins commands, redirections, a word, anything else. */
const TOKEN = new RegExp(
  [
    /[ \t\r]+|\\\n|#[^\n]*/,
    /(?<end>\n|;(?!;))/,
    /(?<and>&&)/,
    /(?<or>\|\|)/,
    /(?<both>&>[ \t]*\/dev\/null)/,
    /(?<from>[12]?)>[ \t]*(?<to>&[12]|\/dev\/null)(?=[\s;&|]|$)/,
    /(?<word>(?:'[^']*'|"(?:[^"$`\\]|\\.)*"|\\[^\n]|[^\s;&|<>()$`'"\\*?~{}[\]])+)/,
    /(?<unknown>.)/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "gys",
);

/**
 * Splits a script into commands.
 * @returns a complaint where it uses what this shell does not know: then nothing of it is to run
 */
export function parseScript(script: string): { commands: Command[]; complaint?: string } {
  const commands: Command[] = [];
  let line = 1;
  let firstLine = 1;
  let words: string[] = [];
  let when: Command["when"] = "always";
  let streams: Record<"1" | "2", Stream> = { 1: "stdout", 2: "stderr" };
  const end = (next: Command["when"]) => {
    if (words.length > 0)
      commands.push({ words, when, line: firstLine, stdout: streams[1], stderr: streams[2] });
    else if (next === "always") return;
    words = [];
    when = next;
    streams = { 1: "stdout", 2: "stderr" };
  };
  for (const { 0: text, groups = {} } of script.matchAll(TOKEN)) {
    if (groups.unknown !== undefined)
      return { commands: [], complaint: `${text}: not modelled by the shell of vpclab's embedded AWS` };
    if (words.length === 0) firstLine = line;
    if (groups.word !== undefined) words.push(unquoted(text));
    else if (groups.end !== undefined) end("always");
    else if (groups.and !== undefined) end("success");
    else if (groups.or !== undefined) end("failure");
    else if (groups.both !== undefined) streams = { 1: "null", 2: "null" };
    else if (groups.to !== undefined) redirect(streams, groups.from === "2" ? "2" : "1", groups.to);
    line += text.split("\n").length - 1;
  }
  end("always");
  return { commands };
}

/** Redirections take effect from left to right: `2>&1 >/dev/null` keeps the complaints. */
function redirect(streams: Record<"1" | "2", Stream>, from: "1" | "2", to: string): void {
  if (to === "&1") streams[from] = streams[1];
  else if (to === "&2") streams[from] = streams[2];
  else streams[from] = "null";
}

/** A word as the program gets it. Inside double quotes a backslash counts only before `$`, a backtick, `"` and itself. */
function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/gs,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replace(/\\([$`"\\])/g, "$1") ?? escaped ?? "",
  );
}
