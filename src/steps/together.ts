/** Things that go side by side. */
import type { Side } from "../lab/spec.ts";
import { reasonOf } from "./removal.ts";
import type { LabContext } from "./step.ts";

/**
 * Waits until all have ended, well or not, so that nothing goes on unseen after an error.
 * @throws the first error, as it was; further ones are told as warnings
 */
export async function together<T extends readonly unknown[] | []>(
  lab: Pick<LabContext, "narrator">,
  works: { readonly [K in keyof T]: Promise<T[K]> },
): Promise<T> {
  const results = await Promise.allSettled(works);
  const [first, ...others] = results.flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (first === undefined) return (await Promise.all(works)) as unknown as T;
  for (const other of others)
    if (reasonOf(other) !== reasonOf(first)) lab.narrator.warn(`Also failed: ${reasonOf(other)}`);
  throw first;
}

/** Of a pair such as bothSides gives, the one of VPC 1 or VPC 2. */
export function ofSide<T>(side: Side, [one, two]: readonly [T, T]): T {
  return side === 1 ? one : two;
}

/** The same for VPC 1 and VPC 2. */
export function bothSides<T>(
  lab: Pick<LabContext, "narrator">,
  work: (side: Side) => Promise<T>,
): Promise<readonly [T, T]> {
  return together(lab, [work(1), work(2)]);
}
