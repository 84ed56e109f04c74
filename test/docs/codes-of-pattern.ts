/** The codes behind the patterns of src/aws/translations.ts, one by one. */

/**
 * The codes that a pattern matches, "…" for what it leaves open at the beginning:
 * `/^(A(B)?|C)$/` is A, AB, C; `/\.Malformed$/` is ….Malformed.
 */
export function codesOf({ source }: RegExp): string[] {
  return splitTop(source).flatMap((alternative) => {
    const open = alternative.startsWith("^") || alternative.startsWith("(") ? "" : "…";
    return expand(alternative).map((code) => `${code.startsWith(".") ? "…" : open}${code}`);
  });
}

function expand(pattern: string): string[] {
  const alternatives = splitTop(pattern);
  if (alternatives.length > 1) return alternatives.flatMap(expand);
  if (pattern === "") return [""];
  if (pattern[0] === "^" || pattern[0] === "$") return expand(pattern.slice(1));
  if (pattern[0] === "\\") return expand(pattern.slice(2)).map((rest) => `${pattern[1]}${rest}`);
  if (pattern[0] !== "(") return expand(pattern.slice(1)).map((rest) => `${pattern[0]}${rest}`);
  const end = closing(pattern);
  const inside = expand(pattern.slice(1, end));
  const isOptional = pattern[end + 1] === "?";
  const rest = expand(pattern.slice(end + (isOptional ? 2 : 1)));
  return (isOptional ? ["", ...inside] : inside).flatMap((head) => rest.map((tail) => head + tail));
}

/** Split at the bars that are in no bracket. */
function splitTop(pattern: string): string[] {
  let depth = 0;
  const parts = [""];
  for (const character of pattern) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (character === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts;
}

function closing(pattern: string): number {
  let depth = 0;
  for (const [index, character] of [...pattern].entries()) {
    if (character === "(") depth += 1;
    if (character === ")" && --depth === 0) return index;
  }
  throw new Error(`a bracket of ${pattern} is open`);
}
