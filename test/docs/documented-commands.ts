/** The command lines that the documents and the help texts show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { commandLine } from "../../src/command-line.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface Shown {
  /** "README.md:12", "vpclab up --help". */
  readonly where: string;
  /** As it stands there, without what explains it. */
  readonly line: string;
}

/** The program, for its commands, options and help. */
export function program(writeOut: (text: string) => void = () => undefined): Command {
  const nothingRuns = () => {
    throw new Error("nothing is run");
  };
  return commandLine(
    { programFor: nothingRuns, version: "", writeOut, writeErr: () => undefined },
    () => undefined,
  );
}

/** A command and all below it, each with the words that lead to it. */
export function commandsBelow(command: Command, words: readonly string[] = []): [string[], Command][] {
  return [
    [[...words], command],
    ...command.commands
      .filter((one) => one.name() !== "complete")
      .flatMap((one) => commandsBelow(one, [...words, one.name()])),
  ];
}

export function documents(): { path: string; text: string }[] {
  const paths = [
    ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
    ...readdirSync(join(ROOT, "docs"))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `docs/${name}`),
  ];
  return paths.map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** What stands between backquotes in the text, outside of blocks; in a table a bar is written \|. */
export function codeSpans(text: string): { code: string; line: number }[] {
  let isBlock = false;
  return text.split("\n").flatMap((line, index) => {
    if (line.startsWith("```")) isBlock = !isBlock;
    if (isBlock) return [];
    return [...line.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => ({
      code: code.replaceAll("\\|", "|"),
      line: index + 1,
    }));
  });
}

/** Of every block for a shell, each command. */
function shellLines(text: string): { code: string; line: number }[] {
  let isShell = false;
  return text.split("\n").flatMap((line, index) => {
    if (line.startsWith("```")) isShell = /^```(sh|bash|shell|console)\b/.test(line);
    else if (isShell) {
      const code = line.replace(/(^|\s)#.*$/, "").trim();
      return code === "" ? [] : [{ code, line: index + 1 }];
    }
    return [];
  });
}

/** Every command that a document shows: in blocks for a shell, and vpclab's own between backquotes. */
export function shownInDocuments(): Shown[] {
  return documents().flatMap(({ path, text }) =>
    [
      ...shellLines(text),
      ...codeSpans(text).filter(({ code }) =>
        /^(npx )?(vpclab|vitest)( |$)|^npm (run )?[a-z]|^node /.test(code),
      ),
    ].map(({ code, line }) => ({ where: `${path}:${line}`, line: code })),
  );
}

/** The examples of every `--help`. */
export function shownInHelp(): Shown[] {
  return commandsBelow(program()).flatMap(([words]) => {
    let help = "";
    const root = program((text) => {
      help += text;
    });
    const command = words.reduce(
      (above, name) => above.commands.find((one) => one.name() === name) ?? above,
      root,
    );
    command.outputHelp();
    return [...help.matchAll(/^ {2}(vpclab .+?)(?: {2,}.*)?$/gm)].map(([, line = ""]) => ({
      where: ["vpclab", ...words, "--help"].join(" "),
      line,
    }));
  });
}

/** A line as a shell takes it: the commands of its pipe, quotes taken off, and the file that the last writes to. */
export function pipeOf(line: string): { commands: string[][]; file: string | undefined } {
  const commands: string[][] = [[]];
  let file: string | undefined;
  let isFile = false;
  for (const [, single, double, bare] of line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)) {
    const word = single ?? double ?? bare ?? "";
    if (bare === "|") commands.push([]);
    else if (bare === ">") isFile = true;
    else if (isFile) file = word;
    else commands.at(-1)?.push(word);
  }
  return { commands, file };
}

/** Whether something in it is to be put in by the reader: <step>, [name], …, TYPE. */
export function hasPlaceholder(line: string): boolean {
  return /<[a-z][^>]*>|\[[a-z-]|…/i.test(line);
}

/** What vpclab does not have of this line: a command, an option. */
export function unknownIn(words: readonly string[], root: Command = program()): string[] {
  let command = root;
  const unknown: string[] = [];
  let isCommand = true;
  for (const word of words) {
    if (word.startsWith("--")) {
      const flag = word.split("=")[0];
      const options = command.createHelp().visibleOptions(command);
      const option = options.find(({ long }) => long === flag);
      if (option === undefined) unknown.push(word);
    } else if (isCommand) {
      const sub = command.commands.find((one) => one.name() === word);
      if (sub) command = sub;
      else {
        isCommand = false;
        const takesMore = command.registeredArguments.length > 0 || command !== root;
        if (!takesMore) unknown.push(word);
      }
    }
  }
  return unknown;
}
