import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onceVisible } from "../../src/aws/visible.ts";
import { waitFor } from "../../src/aws/waits.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";
import { refusal } from "./refusal.ts";

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

describe("what was made a moment ago", () => {
  const aws = () => ({ clock: new VirtualClock(0), signal: new AbortController().signal });
  const unknown = refusal("InvalidVpcID.NotFound", "The vpc ID 'vpc-1' does not exist");

  it("is asked for again every second for a minute while AWS does not know it", async () => {
    const { clock, signal } = aws();
    let calls = 0;
    const call = async () => {
      calls += 1;
      if (clock.now() < 50_000) throw unknown;
      return "seen";
    };
    expect(await onceVisible({ clock, signal }, "VPC vpc-1", call)).toBe("seen");
    expect(clock.now()).toBeLessThan(52_000);
    expect(calls).toBeGreaterThan(40);
  });

  it("is given up after that, with AWS's last word", async () => {
    const error = await onceVisible(aws(), "VPC vpc-1", () => Promise.reject(unknown)).catch(
      (thrown) => thrown,
    );
    expect(error).toMatchObject({
      code: "timed-out",
      message: "Waited 60 seconds for VPC vpc-1 to be visible, in vain.",
      why: "AWS last said: The vpc ID 'vpc-1' does not exist",
      cause: unknown,
    });
  });

  it("is not asked for again after any other refusal", async () => {
    const denied = refusal("UnauthorizedOperation");
    let calls = 0;
    const call = () => {
      calls += 1;
      return Promise.reject(denied);
    };
    await expect(onceVisible(aws(), "VPC vpc-1", call)).rejects.toBe(denied);
    expect(calls).toBe(1);
  });
});
