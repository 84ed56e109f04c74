import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { commandLine } from "../../src/command-line.ts";
import { candidatesFor } from "../../src/commands/complete.ts";
import { STEP_IDS } from "../../src/lab/spec.ts";
import { labHome } from "./in-process.ts";
import { typed } from "./typed.ts";

const home = labHome();

const root = commandLine(
  {
    programFor: () => {
      throw new Error("nothing is run");
    },
    version: "",
    writeOut: () => undefined,
    writeErr: () => undefined,
  },
  () => undefined,
);

/** What is offered after these words, for a word of which `current` is typed; "files" as it is. */
function offered(before: string, current = ""): string[] | "files" {
  const values = candidatesFor(root, before.split(" ").filter(Boolean), current, home.folder);
  return values === "files" ? values : values.map(({ value }) => value);
}

/** Every command below, with the words that lead to it. */
function below(command: Command, words = ""): { command: Command; words: string }[] {
  return command.commands
    .filter((one) => one.name() !== "complete")
    .flatMap((one) => {
      const path = `${words} ${one.name()}`.trim();
      return [{ command: one, words: path }, ...below(one, path)];
    });
}
const COMMANDS = [{ command: root, words: "" }, ...below(root)];

describe("completion offers", () => {
  it("every command of the tree, and never the one that the scripts ask", () => {
    for (const { command, words } of COMMANDS) {
      const names = command.commands.map((one) => one.name()).filter((name) => name !== "complete");
      if (names.length > 0) expect(offered(words)).toEqual(expect.arrayContaining(names));
      expect(offered(words)).not.toContain("complete");
    }
    expect(offered("help")).toContain("teardown");
  });

  it("every option of every command, with its description", () => {
    for (const { command, words } of COMMANDS)
      for (const { long, description } of command.options)
        expect(
          candidatesFor(root, words.split(" ").filter(Boolean), "--", home.folder),
          words,
        ).toContainEqual({
          value: long,
          description,
        });
    expect(offered("up", "-")).toContain("--help");
  });

  it("options where nothing else can stand, and none twice but those that may be given twice", () => {
    expect(offered("status")).toContain("--watch");
    expect(offered("status --watch")).not.toContain("--watch");
    expect(offered("status --region=eu-west-3")).not.toContain("--region");
    expect(offered("simulator --quota vpcs=20")).toContain("--quota");
    expect(offered("teardown --include vpc-1 --yes")).toContain("--include");
  });

  it("an option's values behind a space and behind =, and of a list what it has not yet", () => {
    expect(offered("up --until")).toEqual(STEP_IDS.filter((id) => id !== "prepare"));
    expect(offered("up", "--traffic=")).toEqual(["--traffic=ALL", "--traffic=ACCEPT", "--traffic=REJECT"]);
    expect(offered("traffic --kinds", "icmp,ssh,h")).toEqual([
      "icmp,ssh,https",
      "icmp,ssh,http",
      "icmp,ssh,blocked",
    ]);
  });

  it("what may follow, wherever options stand and however bash broke the words", () => {
    expect(offered("ping --count 3")).toEqual(["private", "public"]);
    expect(offered("ping --count=3 public")).not.toContain("private");
    expect(offered("ping --endpoint-url http : //127.0.0.1 : 4566")).toEqual(["private", "public"]);
    expect(offered("up --region =", "eu-west")).toContain("--region=eu-west-3");
    expect(offered("logs", "ex")).toContain("explain");
    expect(offered("logs explain", "--f")).toContain("--format");
  });

  it("names of files where a file is wanted", () => {
    for (const words of ["insights --file", "status --svg", "simulator --faults"])
      expect(offered(words), words).toBe("files");
    expect(offered("status", "--svg=")).toBe("files");
  });

  it("labs that are remembered, and worlds that were made", async () => {
    const own = labHome();
    await typed(own, ["up", "--lab", "class-7", "--region", "eu-west-3", "--until", "vpcs"]);
    mkdirSync(join(own.folder, "worlds", "spare"), { recursive: true });
    expect(candidatesFor(root, ["teardown", "--lab"], "", own.folder)).toEqual([
      { value: "class-7", description: "embedded AWS, eu-west-3" },
    ]);
    expect(candidatesFor(root, ["simulator", "--world"], "", own.folder)).toEqual(
      ["default", "spare"].map((value) => ({ value, description: "" })),
    );
  }, 20_000);
});

/** What takes a number, an address, a time, a query: anybody's own. */
const FREE = [
  "--profile",
  "--endpoint-url",
  "--cidr-1",
  "--cidr-2",
  "--vpc-quota",
  "--count",
  "--port",
  "--rounds",
  "--account",
  "--since",
  "--start",
  "--end",
  "--limit",
  "--query",
  "--format",
  "--include",
  "--speed",
  "--quota",
  "record",
  // Remembered, not known beforehand; tried above.
  "--lab",
  "--world",
];

describe("the values offered", () => {
  /** Each value that is offered, in a command line that takes it. */
  const lines: { words: string[]; value: string }[] = [];
  const unexplained: string[] = [];
  for (const { command, words } of COMMANDS) {
    // Makes nothing, and ends by itself.
    const path = [...words.split(" "), ...(words === "up" ? ["--dry-run"] : [])];
    const places = [
      ...command.options.filter(({ required }) => required).map(({ long }) => ({ long, name: long ?? "" })),
      ...command.registeredArguments.map((argument) => ({ long: undefined, name: argument.name() })),
    ];
    for (const { long, name } of places) {
      const values = offered([words, long ?? ""].join(" ").trim());
      const isKnown = values !== "files" && values.length > 0 && !values.includes("--help");
      if (isKnown === FREE.includes(name) && values !== "files") unexplained.push(`${words} ${name}`);
      // Regions are the same everywhere, and one command is enough.
      if (!isKnown || (name === "--region" && words !== "status")) continue;
      // Of Regions and retention periods the ends: each list is the very one that flags are checked by.
      for (const value of values.length > 20 ? [values[0], values.at(-1)] : values)
        if (value !== undefined && (words !== "logs" || !["explain", "reconcile"].includes(value)))
          lines.push({ words: [...path, ...(long ? [long] : [])], value });
    }
  }

  it("are known of every option and argument that is not free", () => {
    expect(unexplained).toEqual([]);
    expect(lines.length).toBeGreaterThan(40);
  });

  beforeAll(() => typed(home, ["status"]));

  it("are each taken where they are offered", async () => {
    for (const { words, value } of lines) {
      const { code, stderr } = await typed(home, [...words, value], { input: "" });
      const line = [...words, value].join(" ");
      // These two are taken, and something else is missed: to be on the internet; a port.
      if (line === "ping --from local") expect(stderr).toMatch(/embedded AWS is not on the internet/);
      else if (line === "why --protocol udp") expect(stderr).toMatch(/name one, such as --port 53/);
      else expect(code, `vpclab ${line}: ${stderr}`).not.toBe(2);
    }
  }, 60_000);

  it("are told from those that are not", async () => {
    for (const words of new Set(lines.map((line) => line.words.join(" ")))) {
      const { code } = await typed(home, [...words.split(" "), "No such!"], { input: "" });
      expect(code, `vpclab ${words} "No such!"`).toBe(2);
    }
  }, 60_000);
});

describe("vpclab complete", () => {
  it("prints what fits, a tab and its description behind it, as the scripts read it", async () => {
    const { code, stdout } = await typed(home, ["complete", "word=eu-west-", "up", "--region"]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: "eu-west-1\tIreland\neu-west-2\tLondon\neu-west-3\tParis\n",
    });
    expect((await typed(home, ["complete", "word=", "insights", "--file"])).stdout).toBe(":files\n");
    expect((await typed(home, ["complete", "word=zzz"])).stdout).toBe("");
    expect((await typed(home, ["complete", "word=", "--version", "--help"])).stdout).toContain("teardown\t");
  });

  it("loads no SDK: a Tab is not to be waited for", async () => {
    const { metafile } = await build({
      entryPoints: [fileURLToPath(new URL("../../src/commands/complete.ts", import.meta.url))],
      bundle: true,
      platform: "node",
      format: "esm",
      write: false,
      metafile: true,
    });
    expect(Object.keys(metafile.inputs).filter((path) => /@aws-sdk|@smithy/.test(path))).toEqual([]);
  });
});

describe("vpclab completion", () => {
  it.each(["bash", "zsh", "fish", "powershell", "PowerShell"])("prints the script for %s", async (shell) => {
    const { code, stdout, stderr } = await typed(home, ["completion", shell]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("vpclab complete");
  });

  it("says which shells there are: exit 2", async () => {
    const { code, stdout, stderr } = await typed(home, ["completion", "tcsh"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/bash, zsh, fish, powershell, not for "tcsh"/);
  });

  it("says how to install it for each shell", async () => {
    const { stdout } = await typed(home, ["completion", "--help"]);
    for (const place of ["~/.bashrc", "~/.zshrc", "~/.config/fish/completions/vpclab.fish", "$PROFILE"])
      expect(stdout).toContain(place);
    const [examples = ""] = stdout.split("Usage:");
    expect(Math.max(...examples.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  });
});
