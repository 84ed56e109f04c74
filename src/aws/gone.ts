/** A deletion is finished when a read no longer shows the thing. */
import type { Aws } from "./clients.ts";
import { isNotFound } from "./errors.ts";
import { waitFor } from "./waits.ts";

const GONE_MS = 60_000;

/** Waits until `read` is refused because there is nothing. @throws LabError "timed-out" after a minute */
export async function untilGone(
  aws: Pick<Aws, "clock" | "signal">,
  what: string,
  read: () => Promise<unknown>,
): Promise<void> {
  await waitFor(aws, { what: `${what} to be gone`, atMostMs: GONE_MS, everyMs: 1_000 }, async () => {
    try {
      await read();
      return undefined;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  });
}
