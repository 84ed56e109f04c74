/** Find, else create; never twice. */
import type { Aws } from "./clients.ts";
import { AnswerLostError } from "./middleware.ts";

export interface Ensured<T> {
  readonly resource: T;
  readonly outcome: "made" | "found";
  /** In ms of the service's time. */
  readonly ms: number;
}

/** A new thing may take some seconds to show in a Describe: not visible yet is not absent (AWS-FACTS §6). */
const LOOK_UP_MS = 15_000;
const LOOK_EVERY_MS = 1_500;

/**
 * Finds a resource, else creates it.
 * @param find by tag; undefined if there is none
 */
export async function ensure<T>(
  aws: Pick<Aws, "clock" | "signal">,
  find: () => Promise<T | undefined>,
  create: () => Promise<T>,
): Promise<Ensured<T>> {
  const begun = aws.clock.now();
  const found = await find();
  const resource = found ?? (await createOnce(aws, find, create));
  return { resource, outcome: found === undefined ? "made" : "found", ms: aws.clock.now() - begun };
}

/** A service that fails this often in a row, with the looks between, fails for longer than anybody waits. */
const TRIES = 4;

/**
 * Creates something. When the answer is lost, looks for what the call may have made before asking again.
 * @param find what that call made, and nothing else
 */
export async function createOnce<T>(
  aws: Pick<Aws, "clock" | "signal">,
  find: () => Promise<T | undefined>,
  create: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await create();
    } catch (error) {
      if (!(error instanceof AnswerLostError) || tries === TRIES) throw error;
    }
    const made = await lookFor(aws, find);
    if (made !== undefined) return made;
  }
}

async function lookFor<T>(
  aws: Pick<Aws, "clock" | "signal">,
  find: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const lookUntil = aws.clock.now() + LOOK_UP_MS;
  while (aws.clock.now() < lookUntil) {
    const made = await find();
    if (made !== undefined) return made;
    await aws.clock.sleep(LOOK_EVERY_MS, aws.signal);
  }
  return undefined;
}
