/** An order of text that is the same everywhere: by its characters' numbers, not by what a language makes of them. */

/**
 * For `sort`.
 * @param textOf what is sorted by
 */
export function byText<T>(textOf: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [one, other] = [textOf(a), textOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  };
}
