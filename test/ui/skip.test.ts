import { describe, expect, it } from "vitest";
import { skipByEnter } from "../../src/ui/skip.ts";
import { fakeTerminal } from "./fake-terminal.ts";

describe("skipping a wait", () => {
  it("aborts its signal by Enter", async () => {
    const terminal = fakeTerminal();
    const skip = skipByEnter(terminal);
    expect(skip.signal.aborted).toBe(false);
    terminal.stdin.push("\n");
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(skip.signal.aborted).toBe(true);
    skip.stop();
  });

  it("lets go of the keyboard afterwards", () => {
    const terminal = fakeTerminal();
    skipByEnter(terminal).stop();
    expect(terminal.stdin.isPaused()).toBe(true);
    expect(terminal.stdin.listenerCount("data")).toBe(0);
  });
});
