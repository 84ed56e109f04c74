/** docs/troubleshooting.md against the source: no error without a row, no row without an error. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { denial, REASONS } from "../../src/aws/denial.ts";
import { LabError } from "../../src/aws/errors.ts";
import { launchRefusal } from "../../src/aws/launch-refusal.ts";
import { translate } from "../../src/aws/translate.ts";
import { TRANSLATIONS } from "../../src/aws/translations.ts";
import { codesOf } from "./codes-of-pattern.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PATH = join(ROOT, "docs/troubleshooting.md");
const document = readFileSync(PATH, "utf8");

/** The lines of the table under a heading, its first two included. */
function tableUnder(heading: string): string[] {
  const start = document.indexOf(`\n## ${heading}\n`);
  if (start === -1) throw new Error(`no heading ${heading}`);
  const [section = ""] = document.slice(start + 1).split("\n## ");
  return section.split("\n").filter((line) => line.startsWith("|"));
}

/** The document with these rows in the table under the heading. */
function withRows(text: string, heading: string, rows: readonly string[]): string {
  const table = tableUnder(heading);
  return text.replace(table.join("\n"), [...table.slice(0, 2), ...rows].join("\n"));
}

function row(error: string, why: string, next: readonly string[]): string {
  const told = [why, next.join("\n")].map((text) => text.replaceAll("<", "&lt;").replaceAll("\n", "<br>"));
  return `| ${error} | ${told.join(" | ")} |`;
}

/** As they read in a sentence: `Instance ?Profile` is `Instance Profile`. */
function words(pattern: RegExp): string {
  return pattern.source
    .replaceAll(" ?", " ")
    .split("|")
    .map((one) => `“${one.trim()}”`)
    .join(" or ");
}

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

function awsError(name: string, message: string): Error {
  return Object.assign(new Error(message), { name, $metadata: {} });
}

/** A row for each code that AWS's errors are translated by. */
function translated(): string[] {
  return TRANSLATIONS.map(({ codes, message, why, next }) =>
    row(`${code(codesOf(codes))}${message ? ` with ${words(message)}` : ""}`, why, next),
  );
}

/** A row for each kind of policy that forbids something. */
function denied(): string[] {
  return REASONS.map(({ words: pattern, why, next }) =>
    row(pattern.source === "." ? "anything else" : words(pattern), why, next),
  );
}

/** A row for each refusal of RunInstances. */
function notStarted(): string[] {
  const source = readFileSync(join(ROOT, "src/aws/launch-refusal.ts"), "utf8");
  return [...source.matchAll(/case "(\w+)":/g)].map(([, name = ""]) => {
    const refusal = launchRefusal(awsError(name, "… free tier …"), "<type>", "<Region>");
    if (!(refusal instanceof LabError)) throw new Error(`${name} is not refused`);
    return row(`\`${name}\``, refusal.why.replace("… free tier …", "…"), refusal.next);
  });
}

describe("docs/troubleshooting.md", () => {
  it("has every error of AWS with its cause and help, as they are told (else: npm run docs)", async () => {
    let text = withRows(document, "What AWS says", translated());
    text = withRows(text, "You may not", denied());
    text = withRows(text, "An instance is not started", notStarted());
    await expect(text).toMatchFileSnapshot(PATH);
  });

  it("has codes that vpclab knows when AWS says them", () => {
    for (const { codes, why, message } of TRANSLATIONS) {
      const [said = ""] = message?.source.replaceAll(" ?", " ").split("|") ?? ["no"];
      for (const name of codesOf(codes)) {
        const told = translate(awsError(name.replace("…", "InvalidVpcID"), said));
        // Of two rows with one code, the first is meant by its message alone.
        const isShared = TRANSLATIONS.some((other) => other.why === told.why && other.codes.test(name));
        expect(isShared || told.why === why, `${name}: ${told.why}`).toBe(true);
      }
    }
    const plain = denial(awsError("AccessDenied", "User: ana is not authorized to perform: iam:CreateRole"));
    expect(plain?.why).toBe(REASONS.at(-1)?.why);
  });

  it("has every message of vpclab's own", () => {
    const messages = readdirSync(join(ROOT, "src"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .flatMap((entry) => {
        const source = readFileSync(join(entry.parentPath, entry.name), "utf8");
        return [
          ...source.matchAll(
            /(?:new LabError\(\s*[\w."-]+,|class DamagedWorldError[^`]*super\()\s*(`[^`]*`|"[^"]*")/g,
          ),
        ].map(([, literal = ""]) => literal.slice(1, -1).replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, "…"));
      })
      // AWS's own code and words.
      .filter((message) => message !== "…: …");
    const documented = tableUnder("What vpclab says")
      .slice(2)
      .map((line) => line.split(" | ")[0]?.slice(2));
    expect(messages.length).toBeGreaterThan(30);
    expect([...new Set(messages)].filter((message) => !documented.includes(message))).toEqual([]);
    expect(documented.filter((message) => !messages.includes(message ?? ""))).toEqual([]);
  });
});
