import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { labMemory, type RememberedLab } from "../../src/lab/memory.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let home = "";
let warnings: string[] = [];
const memory = (folder = home) => labMemory(folder, (text) => warnings.push(text));

beforeEach(() => {
  home = temporaryFolder();
  warnings = [];
});

const lab = (changes: Partial<RememberedLab> = {}): RememberedLab => ({
  lab: "nextwork",
  target: "aws",
  region: "eu-west-3",
  account: "123456789012",
  upAt: 1,
  options: { cidr1: "10.1.0.0/16", cidr2: "10.2.0.0/16", trafficType: "ALL", aggregationSeconds: 60 },
  ...changes,
});

describe("what is remembered of labs", () => {
  it("is there for the next process, the latest up first", () => {
    memory().remember(lab({ upAt: 1, lab: "old" }));
    memory().remember(lab({ upAt: 2, lab: "new" }));
    expect(
      memory()
        .labs()
        .map(({ lab }) => lab),
    ).toEqual(["new", "old"]);
  });

  it("keeps labs of one name on AWS and on the embedded AWS apart", () => {
    memory().remember(lab({ target: "aws" }));
    memory().remember(lab({ target: "simulator", account: "999999999999" }));
    expect(memory().labs()).toHaveLength(2);
  });

  it("skips a damaged file with a word, leaves it alone, and finds the others", () => {
    memory().remember(lab({ lab: "good" }));
    memory().remember(lab({ lab: "bad" }));
    const path = join(home, "labs", "bad.123456789012.eu-west-3", "lab.json");
    writeFileSync(path, '{"lab": "bad"');
    expect(
      memory()
        .labs()
        .map(({ lab }) => lab),
    ).toEqual(["good"]);
    expect(warnings.join()).toContain(path);
    expect(readFileSync(path, "utf8")).toBe('{"lab": "bad"');
  });

  it("is for the owner's eyes only, and leaves no half-written files", () => {
    memory().remember(lab());
    const folder = join(home, "labs", "nextwork.123456789012.eu-west-3");
    expect(statSync(join(folder, "lab.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(["lab.json"]);
  });

  it("warns and goes on where the folder cannot be written", () => {
    writeFileSync(join(home, "file"), "");
    const below = memory(join(home, "file", "vpclab"));
    below.remember(lab());
    below.journal(lab()).add({ kind: "step-done", at: 1, step: "vpcs" });
    expect(below.keepFile(lab(), "receipt.txt", "")).toContain("receipt.txt");
    expect(warnings).toHaveLength(3);
    expect(warnings[0]).toContain("could not be saved");
  });
});

describe("the journal", () => {
  const done = (step: "vpcs" | "instances") => ({ kind: "step-done", at: 5, step }) as const;

  it("adds up over processes", () => {
    memory().journal(lab()).add(done("vpcs"));
    memory().journal(lab()).add(done("instances"));
    expect(memory().journal(lab()).entries()).toEqual([done("vpcs"), done("instances")]);
  });

  it("loses only the line that a killed process left half-written", () => {
    memory().journal(lab()).add(done("vpcs"));
    appendFileSync(
      join(home, "labs", "nextwork.123456789012.eu-west-3", "journal.jsonl"),
      '\n{"kind":"step-d',
    );
    memory().journal(lab()).add(done("instances"));
    expect(memory().journal(lab()).entries()).toEqual([done("vpcs"), done("instances")]);
  });

  it("takes up no number that is past all bounds: no date comes of it", () => {
    const journal = memory().journal(lab());
    journal.add(done("vpcs"));
    const path = join(home, "labs", "nextwork.123456789012.eu-west-3", "journal.jsonl");
    const line = readFileSync(path, "utf8");
    writeFileSync(path, line + line.replace(/"at":\d+/, '"at":1e999'));
    expect(memory().journal(lab()).entries()).toEqual([done("vpcs")]);
  });

  it("begins anew with a word where it cannot be read", () => {
    const path = join(home, "labs", "nextwork.123456789012.eu-west-3", "journal.jsonl");
    mkdirSync(path, { recursive: true });
    const journal = memory().journal(lab());
    journal.add(done("vpcs"));
    expect(journal.entries()).toEqual([done("vpcs")]);
    expect(warnings[0]).toContain(`${path} cannot be read`);
    expect(warnings[1]).toContain("could not be saved");
  });

  it("begins anew after it was closed", () => {
    memory().journal(lab()).add(done("vpcs"));
    memory().closeJournal(lab());
    memory().closeJournal(lab());
    expect(memory().journal(lab()).entries()).toEqual([]);
    expect(warnings).toEqual([]);
  });
});
