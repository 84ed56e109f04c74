/** `vpclab complete`, which the shells' scripts ask at each Tab: what may stand next, read off commander's own tree. */
import type { Command, Option } from "commander";
import { type Candidate, LISTS, type Values, valuesOf } from "./completion-values.ts";
import type { Program } from "./program.ts";

/**
 * Prints a candidate a line, a tab and its description behind it; ":files" where a file's name is wanted.
 * @param root the program
 * @param before the words between the program's name and the one that is being typed
 * @param word "word=" and what has been typed of that one: PowerShell drops an argument that is empty
 * @returns the exit code
 */
export function complete(
  { terminal, home }: Program,
  root: Command,
  before: readonly string[],
  word: string,
): number {
  const current = word.replace(/^word=/, "");
  const candidates = candidatesFor(root, before, current, home);
  const lines =
    candidates === "files"
      ? [":files"]
      : candidates
          .filter(({ value }) => value.startsWith(rejoined(before, current).current))
          .map(({ value, description }) => `${value}\t${description}`);
  // As they are: a shell reads them.
  for (const line of lines) terminal.stdout.write(`${line}\n`);
  return 0;
}

/** Everything that may stand there, whatever was typed of it so far. */
export function candidatesFor(root: Command, typed: readonly string[], word: string, home: string): Values {
  const { before, current } = rejoined(typed, word);
  const { command, expects, positionals, given } = whereWeAre(root, before);
  if (expects) return ofOption(command, expects, current, home);
  const [flag, value] = current.split("=", 2);
  if (flag?.startsWith("--") && value !== undefined) {
    const option = findOption(command, flag);
    return option?.required ? prefixed(`${flag}=`, ofOption(command, option, value, home)) : [];
  }
  const options = command
    .createHelp()
    .visibleOptions(command)
    .filter((option) => !given.has(option) || option.variadic || option.parseArg !== undefined)
    .map((option) => ({ value: option.long ?? option.short ?? "", description: option.description }));
  if (current.startsWith("-")) return options;
  const others = positionals === 0 ? subcommands(command) : [];
  const named = ofArgument(command, positionals, home);
  if (named === "files") return named;
  const candidates = [...others, ...named];
  // Where nothing else can stand, or nothing that we know of, an option can.
  return candidates.length > 0 ? candidates : options;
}

interface Where {
  readonly command: Command;
  /** The option whose value comes next. */
  readonly expects: Option | undefined;
  /** How many of the command's arguments stand already. */
  readonly positionals: number;
  readonly given: ReadonlySet<Option>;
}

/** Walks the words as commander will. */
function whereWeAre(root: Command, words: readonly string[]): Where {
  let command = root;
  let expects: Option | undefined;
  let positionals = 0;
  const given = new Set<Option>();
  for (const word of words) {
    if (expects) expects = undefined;
    else if (word.startsWith("-") && word !== "-") {
      const [flag = "", value] = word.split("=", 2);
      const option = findOption(command, flag);
      if (option) given.add(option);
      if (option?.required && value === undefined) expects = option;
    } else {
      const sub = positionals === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (sub) command = sub;
      // commander's own: what may follow it is what may stand in its place.
      else if (word !== "help" || positionals > 0) positionals += 1;
    }
  }
  return { command, expects, positionals, given };
}

/**
 * bash breaks words at "=" and ":" too: `--region=eu` arrives as three words, an endpoint's URL as five. No word of
 * ours is such a sign alone.
 */
function rejoined(before: readonly string[], current: string): { before: string[]; current: string } {
  const words: string[] = [];
  let isJoined = false;
  for (const word of [...before, current]) {
    const isBreak = /^[=:]+$/.test(word);
    const last = words.at(-1);
    if (last !== undefined && (isBreak || isJoined)) words[words.length - 1] = last + word;
    else words.push(word);
    isJoined = isBreak;
  }
  return { before: words.slice(0, -1), current: words.at(-1) ?? "" };
}

function findOption(command: Command, flag: string): Option | undefined {
  return command
    .createHelp()
    .visibleOptions(command)
    .find(({ long, short }) => long === flag || short === flag);
}

function ofOption(command: Command, { long = "" }: Option, current: string, home: string): Values {
  const values = valuesOf(command.name(), long, home);
  if (!LISTS.includes(long)) return values;
  const begun = current.slice(0, current.lastIndexOf(",") + 1);
  const rest = values === "files" ? [] : values.filter(({ value }) => !begun.split(",").includes(value));
  return prefixed(begun, rest);
}

function prefixed(prefix: string, values: Values): Values {
  return values === "files" ? values : values.map((one) => ({ ...one, value: `${prefix}${one.value}` }));
}

/** Of the argument that comes next; a variadic one, which is the last, never ends. */
function ofArgument(command: Command, index: number, home: string): Values {
  const declared = command.registeredArguments;
  const argument = declared[index] ?? (declared.at(-1)?.variadic ? declared.at(-1) : undefined);
  if (!argument) return [];
  const shown = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
  return valuesOf(command.name(), shown, home);
}

function subcommands(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ value: one.name(), description: one.description() }));
}
