/** What the lessons' commands for a shell are written with. */

/** So that a line, indented by four, is on a screen of 80 columns. */
const WIDTH = 72;

/**
 * A long text as a shell variable, over as many lines as it needs: `NAME='…'`, `NAME+='…'`. No here-document: its end
 * must stand in the first column, and what is copied from the screen is indented.
 * @param text without single quotes; `$NAME` in it is for the shell to fill in
 */
export function variable(name: string, text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.split(/(?<=[,:{[ ])/)) {
    const longer = line + piece;
    if (line !== "" && assignment(name, longer).length > WIDTH) {
      lines.push(line);
      line = piece;
    } else line = longer;
  }
  return [...lines, line].map((part, index) => assignment(name, part, index === 0 ? "=" : "+="));
}

function assignment(name: string, text: string, sign = "+="): string {
  // Out of the single quotes, so that the shell fills it in.
  return `${name}${sign}'${text.replaceAll(/\$[A-Z_]+/g, `'"$&"'`)}'`;
}

/** Says it again until AWS does it: what was just made takes some seconds to be known everywhere. */
export function untilItWorks(command: string): string {
  return `until ${command}; do sleep 5; done`;
}

/** Looks again and again until the answer is `wanted`; a pattern as in `[[ = ]]`. */
export function untilItSays(command: string, wanted: string): string {
  return `until [[ "$(${command} --output text)" = ${wanted} ]]; do sleep 5; done`;
}
