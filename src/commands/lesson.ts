/** A step's lesson on the screen: its title and why before it, and more where the learner asks for more. */
import type { Step } from "../steps/step.ts";
import type { Terminal } from "../ui/terminal.ts";
import { visibleWidth } from "../ui/text.ts";
import type { OpenLab } from "./open-lab.ts";

/** Title, goal and why; a few lines. @param number from 0 (prepare) to `of` */
export function showStep(terminal: Terminal, step: Step, number: number, of: number): void {
  const { bold } = terminal.colour;
  const where = number === 0 ? "Before we begin" : `Step ${number} of ${of}`;
  terminal.out("");
  terminal.out(bold(`${where} · ${step.title}`));
  terminal.out(terminal.wrap(step.lesson.goal, 2));
  for (const line of step.lesson.why) terminal.out(terminal.wrap(line, 2));
  terminal.out("");
}

/** "Explain more": each concept of the step, a paragraph. */
export function showConcepts(terminal: Terminal, step: Step): void {
  const { bold } = terminal.colour;
  terminal.out("");
  for (const { term, text } of step.lesson.concepts) {
    terminal.out(`  ${bold(term)}`);
    terminal.out(`${terminal.wrap(text, 4)}\n`);
  }
}

/** Comments, so that they may be copied along; none names a command with its flags, which would make it too wide. */
const OF_EACH_BLOCK = [
  "# For bash; all steps in one shell, from step 1 on, instead of this walk.",
  "# vpclab neither sees nor deletes what you make this way.",
];
/** The walk is on the embedded AWS; a shell is not. */
const NOT_EMBEDDED = [
  "# They reach a real AWS account, which costs money, unless vpclab simulator",
  "# is running and the export lines that it shows were pasted first.",
];

/** The step's commands of the AWS CLI, to be copied, and its clicks in the console. */
export function showByHand(
  terminal: Terminal,
  step: Step,
  { spec, place }: Pick<OpenLab, "spec" | "place">,
): void {
  const { bold, cyan } = terminal.colour;
  terminal.out("");
  terminal.out(`  ${bold("The same by AWS CLI")}`);
  const notes = place.target === "simulator" ? [...OF_EACH_BLOCK, ...NOT_EMBEDDED] : OF_EACH_BLOCK;
  for (const command of [...notes, ...step.lesson.byCli(spec)])
    for (const line of foldCommand(command, terminal.width - 6)) terminal.out(`    ${cyan(line)}`);
  terminal.out("");
  terminal.out(`  ${bold("The same in the console")}`);
  for (const [index, line] of step.lesson.byConsole(spec).entries())
    terminal.out(terminal.wrap(`${index + 1}. ${line}`, 4));
  terminal.out("");
}

/**
 * A long command over several lines, as a shell takes them, so that it can be copied: broken before its options, and
 * between tags, where they are quoted and the AWS CLI passes over white space.
 */
export function foldCommand(command: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const part of command.split(/ (?=--|'ResourceType=|Tags=|\{Key=)/)) {
    if (line !== "" && visibleWidth(line) + 1 + visibleWidth(part) > width) {
      lines.push(/^(Tags=|\{Key=)/.test(part) ? line : `${line} \\`);
      line = `  ${part}`;
    } else line = line === "" ? part : `${line} ${part}`;
  }
  return [...lines, line];
}
