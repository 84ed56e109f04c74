import { describe, expect, it } from "vitest";
import { createOnce } from "../../src/aws/ensure.ts";
import { AnswerLostError } from "../../src/aws/middleware.ts";
import { VirtualClock } from "../../src/simulator/clock.ts";

const LOST = new AnswerLostError("CreateVpc", new Error("500"));

/** Creates that answer in this order; the last one stays. */
function creates(...answers: (string | Error)[]) {
  let tries = 0;
  const create = async () => {
    const answer = answers[Math.min(tries++, answers.length - 1)];
    if (typeof answer === "string") return answer;
    throw answer;
  };
  const aws = { clock: new VirtualClock(0), signal: new AbortController().signal };
  return { aws, create, tries: () => tries };
}

describe("a create whose answer was lost", () => {
  it("is not sent again where it is found to have taken effect, though seconds later", async () => {
    const { aws, create, tries } = creates(LOST, "vpc-2");
    const find = async () => (aws.clock.now() >= 6_000 ? "vpc-1" : undefined);
    expect(await createOnce(aws, find, create)).toBe("vpc-1");
    expect(tries()).toBe(1);
  });

  it("is sent again, and looked for each time, while AWS fails", async () => {
    const { aws, create, tries } = creates(LOST, LOST, LOST, "vpc-1");
    expect(await createOnce(aws, async () => undefined, create)).toBe("vpc-1");
    expect(tries()).toBe(4);
    expect(aws.clock.now()).toBeGreaterThanOrEqual(45_000);
  });

  it("is given up where AWS goes on failing", async () => {
    const { aws, create, tries } = creates(LOST);
    await expect(createOnce(aws, async () => undefined, create)).rejects.toBe(LOST);
    expect(tries()).toBe(4);
  });

  it("is not sent again after a refusal", async () => {
    const refusal = new Error("no");
    const { aws, create, tries } = creates(refusal, "vpc-1");
    await expect(createOnce(aws, async () => undefined, create)).rejects.toBe(refusal);
    expect(tries()).toBe(1);
  });
});
