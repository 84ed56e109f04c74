/** A user-data script taken apart: the simple commands of the common kind, what they write and where. */

/** One simple command: its words without quotes, and the file that it writes to. */
export interface UserDataCommand {
  readonly words: readonly string[];
  /** What `<<` gave it. */
  readonly input?: string;
  /** The file of `> file`, `>> file` or `| tee file`. */
  readonly writesTo?: { readonly path: string; readonly appends: boolean };
}

/** Separators, redirections to a file, a word with its quotes and expansions; in this order. */
const TOKEN =
  /\s+|(?<end>;|&&|\|\||&(?![\d>]))|(?:[12&])?(?<write>>>?)\s*(?<file>(?!&)[^\s;&|]+)|\d?>&\d|(?<pipe>\|)|(?<word>(?:'[^']*'|"(?:[^"\\]|\\.)*"|\$\([^)]*\)|`[^`]*`|\\.|[^\s;&|>'"\\])+)/gs;

const HEREDOC = /<<-?\s*(['"]?)(\w+)\1/;

/**
 * Splits a script into its simple commands, in order. Nothing of it is judged here; what a shell would do in branches
 * and loops is taken as if it ran once.
 * @param expand what `$( … )` and backticks give
 */
export function userDataCommands(
  script: string,
  expand: (substitution: string) => string,
): readonly UserDataCommand[] {
  const commands: UserDataCommand[] = [];
  const lines = script.replaceAll("\r", "").replaceAll("\\\n", " ").split("\n");
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const [mark, quote, delimiter] = HEREDOC.exec(line) ?? [];
    let input: string | undefined;
    if (mark !== undefined) {
      const end = lines.findIndex((each) => each.trim() === delimiter);
      const text = lines.splice(0, end < 0 ? lines.length : end + 1);
      const body = `${text.slice(0, end < 0 ? undefined : -1).join("\n")}\n`;
      input = quote ? body : substitute(body, expand);
      line = line.replace(mark, "");
    }
    // A quoted text that goes on in the next line.
    while (lines.length > 0 && hasOpenQuote(line)) line += `\n${lines.shift()}`;
    commands.push(...commandsOf(line, input, expand));
  }
  return commands;
}

function hasOpenQuote(line: string): boolean {
  if (line.trimStart().startsWith("#")) return false;
  return /['"]/.test(line.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/gs, ""));
}

function commandsOf(
  line: string,
  input: string | undefined,
  expand: (substitution: string) => string,
): UserDataCommand[] {
  const commands: UserDataCommand[] = [];
  if (line.trimStart().startsWith("#")) return commands;
  let words: string[] = [];
  let piped: readonly string[] | undefined;
  let writesTo: UserDataCommand["writesTo"];
  const end = () => {
    if (words[0] === "sudo") words = words.slice(1);
    if (piped && words[0] === "tee") {
      const path = words.findLast((word) => !word.startsWith("-") && word !== "tee");
      if (path !== undefined) writesTo = { path, appends: words.includes("-a") };
      words = [...piped];
    }
    if (words.length > 0)
      commands.push({
        words,
        ...(writesTo && { writesTo }),
        ...(input !== undefined && { input }),
      });
    [words, piped, writesTo] = [[], undefined, undefined];
  };
  for (const { groups = {} } of line.matchAll(TOKEN)) {
    if (groups.word?.startsWith("#")) break;
    if (groups.word !== undefined) words.push(unquoted(groups.word, expand));
    else if (groups.file !== undefined && groups.file !== "/dev/null")
      writesTo = { path: unquoted(groups.file, expand), appends: groups.write === ">>" };
    else if (groups.pipe !== undefined) [piped, words] = [words[0] === "sudo" ? words.slice(1) : words, []];
    else if (groups.end !== undefined) end();
  }
  end();
  return commands;
}

function unquoted(word: string, expand: (substitution: string) => string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\.)*)"|\$\([^)]*\)|`[^`]*`|\\(.)/gs,
    (text, single?: string, double?: string, escaped?: string) =>
      single ??
      (double === undefined
        ? (escaped ?? substitute(text, expand))
        : substitute(double, expand).replace(/\\([$`"\\])/g, "$1")),
  );
}

function substitute(text: string, expand: (substitution: string) => string): string {
  return text.replace(/\$\(([^)]*)\)|`([^`]*)`|\$\{?\w+\}?/gs, (whole, command?: string, ticks?: string) =>
    expand((command ?? ticks ?? whole).trim()),
  );
}
