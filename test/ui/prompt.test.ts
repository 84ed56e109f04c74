import { afterEach, describe, expect, it, vi } from "vitest";
import { CANCELLED, choose, confirm, typeToConfirm } from "../../src/ui/prompt.ts";
import { type FakeOptions, type FakeTerminal, fakeTerminal, until } from "./fake-terminal.ts";

const DOWN = "\x1b[B";
const ENTER = "\r";
const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_Z = "\x1a";
const ESCAPE = "\x1b";

const choices = [
  { value: "go", label: "Go on" },
  { value: "more", label: "Explain more" },
  { value: "stop", label: "Stop here" },
];

/** Presses the keys one after the other, as soon as the question (or what is asked) shows on the screen. */
async function press(terminal: FakeTerminal, question: string, ...keys: string[]): Promise<void> {
  await until(() => terminal.stderr.screen().join("\n").includes(question), `"${question}" is asked`);
  for (const key of keys) {
    terminal.stdin.write(key);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const ways: { how: string; options: FakeOptions }[] = [
  { how: "in colour", options: {} },
  { how: "without colour", options: { color: false } },
  { how: "in 40 columns", options: { columns: 40 } },
];

describe.each(ways)("a prompt $how", ({ options }) => {
  it("lets the keys choose, on stderr alone", async () => {
    const terminal = fakeTerminal(options);
    const answer = choose(terminal, { message: "What now?", choices });
    await press(terminal, "Stop here", DOWN, ENTER);
    expect(await answer).toBe("more");
    expect(terminal.stdout.written).toBe("");
    expect(terminal.stderr.cursorIsHidden()).toBe(false);
    expect(terminal.stdin.isRaw).toBe(false);
  });

  it.each(["y", "n"])("takes %s for an answer", async (key) => {
    const terminal = fakeTerminal(options);
    const answer = confirm(terminal, { message: "Make it now?" });
    await press(terminal, "Make it now?", key);
    expect(await answer).toBe(key === "y");
  });

  it("means no with Enter alone", async () => {
    const terminal = fakeTerminal(options);
    const answer = confirm(terminal, { message: "Sure?" });
    await press(terminal, "Sure?", ENTER);
    expect(await answer).toBe(false);
  });

  it("asks again until the name is typed, each time with an empty field", async () => {
    const terminal = fakeTerminal(options);
    const answer = typeToConfirm(terminal, { message: "Say nextwork", expected: "nextwork" });
    for (const [index, keys] of [["n", "o", ENTER], [ENTER], ["nextwork", ENTER]].entries()) {
      const asked = () => terminal.stderr.screen().filter((line) => line.includes("Say nextwork")).length;
      await until(() => asked() > index, `it is asked for the ${index + 1}. time`);
      await press(terminal, "Say nextwork", ...keys);
    }
    expect(await answer).toBe(true);
    const refusals = terminal.stderr.screen().filter((line) => line.startsWith("Type nextwork to go on"));
    expect(refusals).toHaveLength(2);
  });

  it.each([
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
    ["Escape", ESCAPE],
  ])("returns CANCELLED on %s, and leaves the terminal as it was", async (_, key) => {
    for (const ask of [
      (terminal: FakeTerminal) => choose(terminal, { message: "Well?", choices }),
      (terminal: FakeTerminal) => confirm(terminal, { message: "Well?" }),
      (terminal: FakeTerminal) => typeToConfirm(terminal, { message: "Well?", expected: "x" }),
    ]) {
      const terminal = fakeTerminal(options);
      const answer = ask(terminal);
      await press(terminal, "Well?", key);
      expect(await answer).toBe(CANCELLED);
      expect(terminal.stderr.cursorIsHidden()).toBe(false);
      expect(terminal.stdin.isRaw).toBe(false);
    }
  });

  it("is suspended by Ctrl-Z with the terminal as it was, and asked anew", async () => {
    const terminal = fakeTerminal(options);
    const suspensions: unknown[] = [];
    const kill = vi.spyOn(process, "kill").mockImplementation((_, signal) => {
      suspensions.push([signal, terminal.stderr.cursorIsHidden(), terminal.stdin.isRaw]);
      return true;
    });
    const answer = choose(terminal, { message: "What now?", choices });
    await press(terminal, "Stop here", CTRL_Z, DOWN, ENTER);
    expect(await answer).toBe("more");
    expect(suspensions).toEqual([["SIGTSTP", false, false]]);
    kill.mockRestore();
  });

  it("is taken back by a signal", async () => {
    const terminal = fakeTerminal(options);
    const interrupt = new AbortController();
    const answer = confirm(terminal, { message: "Sure?", signal: interrupt.signal });
    await press(terminal, "Sure?");
    interrupt.abort();
    expect(await answer).toBe(CANCELLED);
  });

  it("draws no bars, not even beside a long question", async () => {
    const terminal = fakeTerminal(options);
    const message = `${"This makes 2 VPCs and 2 instances, and more. ".repeat(5)}Make it now?`;
    const answer = confirm(terminal, { message });
    await press(terminal, "Make it now?", "y");
    await answer;
    expect(terminal.stderr.written).not.toMatch(/[│├└┌|]/);
  });
});

const coloursIn = (written: string) => written.split("\x1b[").filter((part) => /^[\d;]+m/.test(part));

describe("prompts", () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([{ color: false, coloured: false }, { coloured: true }])(
    "have colour as wanted: %o",
    async (wanted) => {
      // clack asks the process for colour, whose stdout is no terminal here.
      vi.stubEnv("FORCE_COLOR", "1");
      const terminal = fakeTerminal(wanted);
      const answer = choose(terminal, { message: "What now?", choices });
      await press(terminal, "Stop here", ENTER);
      await answer;
      expect(coloursIn(terminal.stderr.written).length > 0).toBe(wanted.coloured);
    },
  );

  it("show hostile labels harmless", async () => {
    const terminal = fakeTerminal();
    const answer = choose(terminal, {
      message: "Which \x1b]0;title\x07?",
      choices: [{ value: 1, label: "a\x1b[2Jb" }],
    });
    await press(terminal, "Which \\x1b]0;title\\x07?", ENTER);
    expect(await answer).toBe(1);
    expect(terminal.stderr.written).toContain("a\\x1b[2Jb");
    expect(terminal.stderr.written).not.toContain("\x1b]0;");
  });

  it.each([{ columns: undefined }, { env: { CI: "1" } }, { env: { TERM: "dumb" } }])(
    "are a mistake in the program with %o",
    async (options) => {
      const terminal = fakeTerminal(options);
      await expect(choose(terminal, { message: "Well?", choices })).rejects.toThrow("nobody is there");
      await expect(confirm(terminal, { message: "Well?" })).rejects.toThrow("nobody is there");
      await expect(typeToConfirm(terminal, { message: "Well?", expected: "x" })).rejects.toThrow("nobody is");
      expect(terminal.stderr.written).toBe("");
    },
  );
});

it.each([{ TERM: "xterm-256color" }, { TERM: "xterm-256color", ACCESSIBLE: "1" }])(
  "prompts are left where the input has ended, as by Ctrl-D during a wait (%o)",
  async (env) => {
    const terminal = fakeTerminal({ env });
    terminal.stdin.end();
    terminal.stdin.resume();
    await until(() => terminal.stdin.readableEnded, "the input has ended");
    expect(await confirm(terminal, { message: "Make it now?" })).toBe(CANCELLED);
    expect(await choose(terminal, { message: "What now?", choices })).toBe(CANCELLED);
    expect(await typeToConfirm(terminal, { message: "Say yes", expected: "yes" })).toBe(CANCELLED);
  },
);

describe("prompts line by line (ACCESSIBLE=1)", () => {
  const accessible = () => fakeTerminal({ env: { ACCESSIBLE: "1" } });

  it("number the choices and take a number", async () => {
    const terminal = accessible();
    const answer = choose(terminal, { message: "What now?", choices });
    await press(terminal, "Answer 1 to 3, or Enter for 1:", "9\r");
    await press(terminal, "Please answer 1 to 3.", "3\r");
    expect(await answer).toBe("stop");
    expect(terminal.stderr.screen().slice(0, 4)).toEqual([
      "What now?",
      "  1: Go on",
      "  2: Explain more",
      "  3: Stop here",
    ]);
  });

  it("take Enter for the first choice, and for no", async () => {
    const first = accessible();
    const picked = choose(first, { message: "What now?", choices });
    await press(first, "Enter for 1:", ENTER);
    expect(await picked).toBe("go");
    const second = accessible();
    const sure = confirm(second, { message: "Sure?" });
    await press(second, "Sure? (y/N)", ENTER);
    expect(await sure).toBe(false);
  });

  it("take yes, and the typed name", async () => {
    const first = accessible();
    const sure = confirm(first, { message: "Sure?" });
    await press(first, "Sure? (y/N)", "maybe\r");
    await press(first, "Please answer y or n.", "yes\r");
    expect(await sure).toBe(true);
    const second = accessible();
    const typed = typeToConfirm(second, { message: "Type nextwork:", expected: "nextwork" });
    await press(second, "Type nextwork:", "nextwork\r");
    expect(await typed).toBe(true);
  });

  it("are cancelled by Ctrl-C, by the end of the input and by a signal", async () => {
    const byKey = accessible();
    const one = confirm(byKey, { message: "Sure?" });
    await press(byKey, "Sure?", CTRL_C);
    expect(await one).toBe(CANCELLED);
    const byEnd = accessible();
    const two = choose(byEnd, { message: "Well?", choices });
    await press(byEnd, "Answer");
    byEnd.stdin.end();
    expect(await two).toBe(CANCELLED);
    const bySignal = accessible();
    const three = confirm(bySignal, { message: "Sure?", signal: AbortSignal.abort() });
    expect(await three).toBe(CANCELLED);
  });
});
