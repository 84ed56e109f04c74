/** The scripts in the shells that are here; PowerShell's is not tried. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freshHome } from "./vpclab.ts";

const { home } = freshHome();
const bin = join(home, "bin");
const here = join(home, "here");

beforeAll(() => {
  for (const folder of [bin, here]) mkdirSync(folder);
  symlinkSync(fileURLToPath(new URL("../../bin/vpclab.js", import.meta.url)), join(bin, "vpclab"));
  writeFileSync(join(here, "records of today.txt"), "");
});

beforeEach(() => rmSync(join(here, "trapped"), { force: true }));

const isHere = (shell: string) => spawnSync(shell, ["-c", "exit"]).status === 0;

/** Runs a program in the folder of that one file, with vpclab on the PATH. */
function run(program: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: here,
      env: { PATH: `${bin}:${process.env.PATH}`, HOME: home, VPCLAB_HOME: home, LANG: "C.UTF-8", ...env },
      timeout: 25_000,
    };
    execFile(program, args, options, (error, stdout, stderr) =>
      error || stderr !== "" ? reject(error ?? new Error(stderr)) : resolve(stdout),
    );
  });
}

/** A line that would leave a file behind if a Tab ran it. */
const TRAP = 'vpclab insights --query "$(touch trapped)" --lim';

describe.skipIf(!isHere("bash"))("bash, with nothing but itself", () => {
  /** @param words as bash breaks the line: at = as well */
  const complete = async (...words: string[]) => {
    const line = words.map((word) => `'${word}'`).join(" ");
    const answer = await run("bash", [
      "--norc",
      "--noprofile",
      "-c",
      // Twice, as where ~/.bashrc is read again.
      `eval "$(vpclab completion bash)"; eval "$(vpclab completion bash)"
       COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _vpclab; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]);
    return answer.trimEnd().split("\n");
  };

  it("completes commands, options, values", async () => {
    expect(await complete("vpclab", "te")).toEqual(["teardown"]);
    expect(await complete("vpclab", "logs", "--act")).toEqual(["--action"]);
    expect(await complete("vpclab", "up", "--region", "=", "eu-west-")).toEqual([
      "eu-west-1",
      "eu-west-2",
      "eu-west-3",
    ]);
    expect(await complete("vpclab", "up", "--region=eu-west-3")).toEqual(["--region=eu-west-3"]);
  });

  it("completes names of files, with their spaces", async () => {
    expect(await complete("vpclab", "insights", "--file", "rec")).toEqual(["records of today.txt"]);
  });

  it("runs nothing that stands on the line", async () => {
    expect(await complete("vpclab", "insights", "--query", '"$(touch trapped)"', "--lim")).toEqual([
      "--limit",
    ]);
    expect(existsSync(join(here, "trapped"))).toBe(false);
  });
});

describe.skipIf(!isHere("zsh"))("zsh", () => {
  /** What becomes of the line at a Tab: typed into a zsh of its own, on a terminal of its own. */
  const complete = async (line: string) => {
    const driver = join(home, "driver.zsh");
    writeFileSync(
      driver,
      `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit; compinit -u -D; eval "$(vpclab completion zsh)"; answer() { zle complete-word; print -r -- "$BUFFER" > ../answer; exit }; zle -N answer; bindkey "^T" answer'
zpty -w -n shell "$1"$'\\C-t'
while zpty -r shell seen; do :; done
`,
    );
    await run("zsh", ["-f", driver, line]);
    return readFileSync(join(home, "answer"), "utf8").replace(/\n$/, "");
  };

  it("completes commands, options, values, names of files", async () => {
    expect(await complete("vpclab te")).toBe("vpclab teardown ");
    expect(await complete("vpclab logs --act")).toBe("vpclab logs --action ");
    expect(await complete("vpclab up --region=eu-w")).toBe("vpclab up --region=eu-west-");
    expect(await complete("vpclab insights --file=rec")).toBe(
      "vpclab insights --file=records\\ of\\ today.txt ",
    );
  });

  it("runs nothing that stands on the line", async () => {
    expect(await complete(TRAP)).toBe(`${TRAP}it `);
    expect(existsSync(join(here, "trapped"))).toBe(false);
  });
});

describe.skipIf(!isHere("fish"))("fish", () => {
  const complete = async (line: string) => {
    const answer = await run(
      "fish",
      ["--no-config", "-c", "vpclab completion fish | source; complete -C $LINE"],
      { LINE: line },
    );
    return answer.trimEnd().split("\n");
  };

  it("completes commands, options and values, with what they mean, and names of files", async () => {
    expect(await complete("vpclab te")).toEqual([
      "teardown\tdelete everything that carries the lab's tag, and look again",
    ]);
    expect(await complete("vpclab logs --act")).toEqual(["--action\tACCEPT or REJECT"]);
    expect(await complete("vpclab up --region=eu-west-3")).toEqual(["--region=eu-west-3\tParis"]);
    expect(await complete("vpclab insights --file=rec")).toEqual(["--file=records of today.txt"]);
  });

  it("runs nothing that stands on the line", async () => {
    expect(await complete(TRAP)).toEqual(["--limit\trows, where the query sets no limit of its own"]);
    expect(existsSync(join(here, "trapped"))).toBe(false);
  });
});
