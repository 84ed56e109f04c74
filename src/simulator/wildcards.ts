/** Texts with wildcards, as AWS's services match them; which characters are wildcards is each service's own. */

/** `*`: any run of characters, none too. */
export const RUN = Symbol("*");
/** `?`: any one character. */
export const ONE = Symbol("?");

/** One character of a pattern, or a wildcard. */
export type Part = string | typeof RUN | typeof ONE;

/** Whether a text fits the pattern as a whole. */
export function wildcardMatcher(parts: readonly Part[]): (text: string) => boolean {
  return (text) => {
    let [at, part] = [0, 0];
    // Only the last `*` is ever tried again, a character further: as a regular expression, five of them took minutes.
    let [star, starAt] = [-1, 0];
    while (at < text.length) {
      if (parts[part] === RUN) [star, starAt, part] = [part, at, part + 1];
      else if (parts[part] === ONE || parts[part] === text.charAt(at)) [at, part] = [at + 1, part + 1];
      else if (star >= 0) [starAt, at, part] = [starAt + 1, starAt + 1, star + 1];
      else return false;
    }
    return parts.slice(part).every((rest) => rest === RUN);
  };
}
