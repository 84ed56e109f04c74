/** What `npm run bench:lab` measures, for one lab: so that a wait too much is found before the bench is run. */
import { expect, test } from "vitest";
import { LabAccount } from "../../bench/lab-account.ts";
import { sumOf, teardownBound, upBound } from "../../bench/lab-bound.ts";
import { countOf } from "../../bench/lab-calls.ts";

/** In real time: thousands of calls, on a machine that may be busy. */
const LONG = { timeout: 120_000 };

test(
  "up --yes and teardown --yes take 1.05 times at most what AWS itself takes, and are never throttled",
  LONG,
  async () => {
    const account = new LabAccount(6);
    try {
      const learner = account.learner("nextwork");
      const up = await learner.up();
      const shortestUp = sumOf(await upBound(learner, up));
      expect(up.tookMs / shortestUp).toBeLessThanOrEqual(1.05);
      const down = await learner.teardown();
      const shortestDown = sumOf(await teardownBound(learner));
      expect(down.tookMs / shortestDown).toBeLessThanOrEqual(1.05);

      // No bound is above what was measured: nobody is faster than AWS.
      expect(up.tookMs).toBeGreaterThan(shortestUp);
      expect(down.tookMs).toBeGreaterThan(shortestDown);

      const [upCalls, downCalls] = [countOf(up.calls), countOf(down.calls)];
      expect(upCalls.throttled + downCalls.throttled).toBe(0);
      expect(upCalls.all).toBeLessThan(250);
      expect(downCalls.all).toBeLessThan(160);
    } finally {
      account.close();
    }
  },
);

test("three learners at once in one account all come to the end, throttled as they are", LONG, async () => {
  const account = new LabAccount(1);
  try {
    const learners = Array.from({ length: 3 }, (_, index) => account.learner(`learner-${index + 1}`));
    const ups = await Promise.all(learners.map((learner) => learner.up()));
    // Six RunInstances, of which EC2 lets five through at once.
    expect(ups.reduce((sum, { calls }) => sum + countOf(calls).throttled, 0)).toBeGreaterThan(0);
    for (const { calls } of ups) expect(countOf(calls).all).toBeLessThan(300);
    await Promise.all(learners.map((learner) => learner.teardown()));
  } finally {
    account.close();
  }
});
