import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { waitFor } from "../../src/aws/waits.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";

/** Waits for something that is there after `isThereMs`. @returns when it looked, in ms since it began */
async function looksUntil(
  isThereMs: number,
  options: { readonly soonestMs?: number; readonly everyMs: number },
): Promise<number[]> {
  const clock = new VirtualClock(0);
  const looks: number[] = [];
  const wait = { what: "it", atMostMs: 20 * 60_000, ...options };
  await waitFor({ clock, signal: new AbortController().signal }, wait, async () => {
    looks.push(clock.now());
    return clock.now() >= isThereMs || undefined;
  });
  return looks;
}

describe("waiting", () => {
  it.each([
    [1_000, "1 second"],
    [15_000, "15 seconds"],
    [60_000, "60 seconds"],
    [120_000, "2 minutes"],
    [600_000, "10 minutes"],
  ])("in vain for %i ms says %s", async (atMostMs, words) => {
    const aws = { clock: new VirtualClock(0), signal: new AbortController().signal };
    const waiting = waitFor(aws, { what: "it", atMostMs, everyMs: 1_000 }, async () => undefined);
    await expect(waiting).rejects.toThrow(`Waited ${words} for it, in vain.`);
  });

  it("looks at once where it may be there already, and no second time if it is", async () => {
    expect(await looksUntil(0, { everyMs: 1_000 })).toEqual([0]);
  });

  it("does not look before it can be there", async () => {
    expect(await looksUntil(5_500, { soonestMs: 5_000, everyMs: 1_000 })).toEqual([5_000, 6_000]);
    expect(await looksUntil(500, { soonestMs: -5_000, everyMs: 1_000 })).toEqual([0, 1_000]);
  });

  it("looks ever less often, but never less than every 15 s", async () => {
    const looks = await looksUntil(15 * 60_000, { everyMs: 1_000 });
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(pauses.slice(0, 30)).toEqual(Array(30).fill(1_000));
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(15_000);
  });

  it("sees it a thirtieth of the wait late at most, or one pause", async () => {
    const seconds = fc.integer({ min: 0, max: 440_000 });
    const pause = fc.integer({ min: 200, max: 3_000 });
    await fc.assert(
      fc.asyncProperty(seconds, pause, async (isThereMs, everyMs) => {
        const seenAt = (await looksUntil(isThereMs, { everyMs })).at(-1) ?? 0;
        expect(seenAt - isThereMs).toBeLessThanOrEqual(Math.max(everyMs, Math.ceil(isThereMs / 30)));
      }),
      { numRuns: 30 },
    );
  });

  it("needs few looks more for a wait that is twice as long", async () => {
    const shorter = await looksUntil(60_000, { everyMs: 1_000 });
    const longer = await looksUntil(120_000, { everyMs: 1_000 });
    expect(shorter.length).toBeLessThan(60);
    expect(longer.length - shorter.length).toBeLessThanOrEqual(22);
  });
});
