import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type WaitOptions, wait } from "../../src/ui/spinner.ts";
import { visibleWidth } from "../../src/ui/text.ts";
import { fakeTerminal, until } from "./fake-terminal.ts";

/** A wait whose clock the test turns. */
function ssm(): { options: WaitOptions; clock: { ms: number } } {
  const clock = { ms: 1_000_000 };
  const text = "both instances register with Systems Manager";
  return { options: { text, usually: "0:30 to 2:00", now: () => clock.ms }, clock };
}

/** Work that goes on until the test ends it. */
function open<T>() {
  let end: (value: T) => void = () => {};
  let fail: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  return { promise, end: (value: T) => end(value), fail: (reason: unknown) => fail(reason) };
}

describe("wait, off a terminal", () => {
  it("prints a line at the start and one at the end, by the service's time", async () => {
    const terminal = fakeTerminal({ columns: undefined });
    const { options, clock } = ssm();
    const result = await wait(terminal, options, async (note) => {
      expect(terminal.stderr.written).toBe(
        "  both instances register with Systems Manager … (usually 0:30 to 2:00)\n",
      );
      note("one of two");
      clock.ms += 41_000;
      return 7;
    });
    expect(result).toBe(7);
    expect(terminal.stderr.screen()).toEqual([
      "  both instances register with Systems Manager … (usually 0:30 to 2:00)",
      "  both instances register with Systems Manager … done after 0:41",
      "",
    ]);
    expect(terminal.stdout.written).toBe("");
  });

  it.each([{ env: { CI: "1" } }, { env: { TERM: "dumb" } }, { env: { NO_COLOR: "1" } }, { color: false }])(
    "does the same on a terminal with %o, without any escape sequence",
    async (options) => {
      const terminal = fakeTerminal(options);
      await wait(terminal, ssm().options, async () => {});
      expect(terminal.stderr.written).not.toContain("\x1b");
      expect(terminal.stderr.screen()[1]).toMatch(/… done after 0:00$/);
    },
  );

  it("says that it stopped, and passes the error on", async () => {
    const terminal = fakeTerminal({ columns: undefined });
    const error = new Error("no");
    await expect(wait(terminal, ssm().options, () => Promise.reject(error))).rejects.toBe(error);
    expect(terminal.stderr.screen()[1]).toMatch(/… stopped after 0:00$/);
  });
});

describe("wait, on a terminal", () => {
  it("keeps one line up to date and leaves a finished one", async () => {
    const terminal = fakeTerminal();
    const { options, clock } = ssm();
    const work = open<void>();
    let note: (text: string) => void = () => {};
    const waiting = wait(terminal, options, (noteIt) => {
      note = noteIt;
      return work.promise;
    });
    const live = () => terminal.stderr.screen().join("\n");
    await until(() => live().includes("0:00 · usually 0:30 to 2:00"), "the line is there");
    expect(live()).toMatch(/^ {2}[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] both instances register with Systems Manager · 0:00/);
    clock.ms += 41_000;
    note("1 of 2");
    await until(() => live().includes("· 0:41 · usually 0:30 to 2:00"), "the time moves on");
    // 80 columns have no room for the note; a shorter line has.
    expect(live()).not.toContain("1 of 2");
    work.end();
    await waiting;
    expect(terminal.stderr.screen()).toEqual([
      "  ✔ both instances register with Systems Manager · done after 0:41",
      "",
    ]);
    expect(terminal.stderr.cursorIsHidden()).toBe(false);
  });

  it("shows the note where there is room", async () => {
    const terminal = fakeTerminal({ columns: 120 });
    await wait(terminal, ssm().options, async (note) => {
      note("1 of 2 \x1b[2J");
      await until(() => terminal.stderr.screen()[0]?.endsWith("2:00 · 1 of 2 \\x1b[2J") === true, "the note");
    });
  });

  it.each([undefined, 40])("wraps what stays, in %s columns", async (columns) => {
    const terminal = fakeTerminal({ columns });
    const text =
      "a wait with so many words that no terminal in the world could hold them all on a single line";
    await wait(terminal, { text, now: () => 0 }, async () => {});
    const lines = terminal.stderr.screen();
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.every((line) => visibleWidth(line) <= (columns ?? 80))).toBe(true);
  });

  it.each([40, 80, 120])("fits one line of %i columns, time and room for ^C included", async (columns) => {
    const terminal = fakeTerminal({ columns });
    await wait(terminal, ssm().options, async (note) => {
      note("a long note ".repeat(20));
      await sleep(250);
      const lines = terminal.stderr.screen();
      expect(lines).toHaveLength(1);
      expect(visibleWidth(lines[0] ?? "")).toBeLessThanOrEqual(columns - 2);
      expect(lines[0]).toContain(" · 0:00");
    });
  });

  it("counts its lines, and takes them away, on a terminal that says it has no columns", async () => {
    const terminal = fakeTerminal({ columns: 0 });
    await wait(terminal, ssm().options, async () => {
      // Long enough for some frames.
      await sleep(250);
      terminal.stderr.columns = 0;
      terminal.stderr.emit("resize");
      await sleep(250);
    });
    expect(terminal.stderr.screen()).toEqual([
      "  ✔ both instances register with Systems Manager · done after 0:00",
      "",
    ]);
  });

  it("clears up when the work is aborted", async () => {
    const terminal = fakeTerminal();
    const interrupt = new AbortController();
    const waiting = wait(terminal, ssm().options, () =>
      sleep(60_000, undefined, { signal: interrupt.signal }),
    );
    await until(() => terminal.stderr.written.includes("Systems Manager"), "it spins");
    interrupt.abort();
    await expect(waiting).rejects.toThrow("aborted");
    expect(terminal.stderr.screen()).toEqual([
      "  ✘ both instances register with Systems Manager · stopped after 0:00",
      "",
    ]);
    expect(terminal.stderr.cursorIsHidden()).toBe(false);
    const written = terminal.stderr.written;
    await sleep(250);
    expect(terminal.stderr.written).toBe(written);
  });

  it("leaves Ctrl-C to the program", async () => {
    const terminal = fakeTerminal();
    const before = process.listenerCount("SIGINT");
    await wait(terminal, ssm().options, async () => {
      await until(() => terminal.stderr.written.includes("Systems Manager"), "it spins");
      expect(process.listenerCount("SIGINT")).toBe(before);
      expect(terminal.stdin.isRaw).toBe(false);
      expect(terminal.stderr.cursorIsHidden()).toBe(false);
    });
  });

  it("clears up when the work throws before it waits", async () => {
    const terminal = fakeTerminal();
    await expect(
      wait(terminal, ssm().options, () => {
        throw new Error("at once");
      }),
    ).rejects.toThrow("at once");
    expect(terminal.stderr.cursorIsHidden()).toBe(false);
  });

  it("shows a second wait as alive as the first", async () => {
    const terminal = fakeTerminal();
    await wait(terminal, { text: "first", now: () => 0 }, async () => {});
    const { options, clock } = ssm();
    await wait(terminal, options, async () => {
      clock.ms += 5000;
      await until(() => terminal.stderr.screen().at(-1)?.includes("· 0:05 ·") === true, "the time moves on");
      clock.ms += 5000;
      await until(() => terminal.stderr.screen().at(-1)?.includes("· 0:10 ·") === true, "and on");
    });
  });

  it("shows waits side by side beneath each other, and what is said in between above them", async () => {
    const terminal = fakeTerminal();
    const now = () => 0;
    const [one, two] = [open<void>(), open<void>()];
    const both = Promise.all([
      wait(terminal, { text: "instance 1 boots", now }, () => one.promise),
      wait(terminal, { text: "instance 2 boots", now }, () => two.promise),
    ]);
    const screen = () => terminal.stderr.screen();
    await until(() => screen().length === 2, "both lines are there");
    expect(screen()[1]).toBe("    instance 2 boots · 0:00");
    terminal.say("meanwhile");
    one.end();
    await until(() => screen()[1]?.includes("done") === true, "the first is done");
    expect(screen()).toEqual([
      "meanwhile",
      "  ✔ instance 1 boots · done after 0:00",
      expect.stringMatching(/^ {2}\S instance 2 boots · 0:00$/),
    ]);
    two.end();
    await both;
    expect(screen()).toEqual([
      "meanwhile",
      "  ✔ instance 1 boots · done after 0:00",
      "  ✔ instance 2 boots · done after 0:00",
      "",
    ]);
    expect(terminal.stderr.cursorIsHidden()).toBe(false);
  });
});
