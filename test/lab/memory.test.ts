import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/lab/journal.ts";
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

const WHOLE = lab({
  profile: "ana",
  endpointUrl: "http://127.0.0.1:4567",
  tornDownAt: 3,
  standsSince: 2,
  options: {
    cidr1: "10.1.0.0/16",
    cidr2: "10.2.0.0/16",
    retentionDays: 7,
    trafficType: "REJECT",
    aggregationSeconds: 600,
    instanceType: "t3.micro",
    sshFrom: "192.0.2.1/32",
    hours: 4,
    leastPrivilege: true,
  },
});

/** A copy in which one member has another value; `path` names it as in "options.cidr1". */
function changed(whole: object, path: string, value: unknown): object {
  const [member = "", ...below] = path.split(".");
  const old = (whole as Record<string, object>)[member] ?? {};
  return { ...whole, [member]: below.length > 0 ? changed(old, below.join("."), value) : value };
}

describe("what is remembered of labs", () => {
  it("is there for the next process, the latest up first", () => {
    memory().remember(lab({ upAt: 2, lab: "a" }));
    memory().remember(lab({ upAt: 3, lab: "b" }));
    memory().remember(lab({ upAt: 1, lab: "c" }));
    expect(
      memory()
        .labs()
        .map(({ lab }) => lab),
    ).toEqual(["b", "a", "c"]);
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

  it("is there with all that was asked for", () => {
    memory().remember(WHOLE);
    expect(memory().labs()).toEqual([WHOLE]);
    expect(warnings).toEqual([]);
  });

  it.each<[member: string, value: unknown]>([
    ["lab", "../../etc"],
    ["target", "azure"],
    ["region", "../eu-west-3"],
    ["region", "eu-west-3/.."],
    ["account", 123456789012],
    ["account", "12345678901"],
    ["account", "1234567890123"],
    ["profile", 1],
    ["endpointUrl", 4567],
    ["upAt", "1"],
    ["tornDownAt", "3"],
    ["standsSince", "2"],
    ["options", undefined],
    ["options.cidr1", 10],
    ["options.cidr2", undefined],
    ["options.retentionDays", "7"],
    ["options.trafficType", "all"],
    ["options.aggregationSeconds", 61],
    ["options.instanceType", 3],
    ["options.sshFrom", true],
    ["options.hours", "4"],
    ["options.leastPrivilege", "yes"],
  ])("is not taken up, with a word, where %s is %j: somebody else wrote that", (member, value) => {
    memory().remember(WHOLE);
    const path = join(memory().folder(WHOLE), "lab.json");
    writeFileSync(path, JSON.stringify(changed(WHOLE, member, value)));
    expect(memory().labs()).toEqual([]);
    expect(warnings.join()).toContain(path);
  });

  it("is for the owner's eyes only, and leaves no half-written files", () => {
    memory().remember(lab());
    const folder = join(home, "labs", "nextwork.123456789012.eu-west-3");
    expect(statSync(join(folder, "lab.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(["lab.json"]);
  });

  it("keeps a file beside what another process wrote to it meanwhile, and in the place of what is older", () => {
    const keep = (text: string, since: number) => memory().keepFile(lab(), "receipt.txt", text, since) ?? "";
    const begun = Date.now() - 1000;
    keep("of yesterday\n", begun);
    expect(readFileSync(keep("the first's\n", Date.now() + 1000), "utf8")).toBe("the first's\n");
    expect(readFileSync(keep("the second's\n", begun), "utf8")).toBe("the first's\n\nthe second's\n");
  });

  it("warns and goes on where the folder cannot be written", () => {
    writeFileSync(join(home, "file"), "");
    const below = memory(join(home, "file", "vpclab"));
    below.remember(lab());
    below.journal(lab()).add({ kind: "step-done", at: 1, step: "vpcs" });
    expect(below.keepFile(lab(), "receipt.txt", "", 0)).toBeUndefined();
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

  const PING: JournalEntry = {
    kind: "ping",
    at: 5,
    step: "first-ping",
    ping: {
      from: "instance-1",
      to: "instance-2",
      address: "10.2.0.9",
      scope: "private",
      sent: 5,
      received: 5,
      lossPercent: 0,
      rttMs: { min: 0.1, avg: 0.2, max: 0.3, mdev: 0.1 },
      reachable: true,
    },
  };
  const UNANSWERED: JournalEntry = {
    kind: "ping",
    at: 5,
    ping: { ...PING.ping, scope: "other", received: 0, lossPercent: 100, rttMs: null, reachable: false },
  };
  const PREDICTION: JournalEntry = {
    kind: "prediction",
    at: 5,
    step: "first-ping",
    question: "Will it answer?",
    expected: "no",
    right: true,
  };

  it("has each entry as it was added", () => {
    const entries = [PING, UNANSWERED, PREDICTION, done("vpcs")];
    for (const entry of entries) memory().journal(lab()).add(entry);
    expect(memory().journal(lab()).entries()).toEqual(entries);
  });

  it.each<[entry: JournalEntry, member: string, value: unknown]>([
    [done("vpcs"), "kind", "step-undone"],
    [done("vpcs"), "at", "5"],
    [done("vpcs"), "step", 1],
    [PING, "at", undefined],
    [PING, "step", 1],
    [PING, "ping.from", 1],
    [PING, "ping.to", undefined],
    [PING, "ping.address", 10],
    [PING, "ping.scope", "secret"],
    [PING, "ping.sent", "5"],
    [PING, "ping.received", null],
    [PING, "ping.lossPercent", "0%"],
    [PING, "ping.rttMs", undefined],
    [PING, "ping.rttMs.min", "0.1"],
    [PING, "ping.rttMs.avg", null],
    [PING, "ping.rttMs.max", "0.3"],
    [PING, "ping.rttMs.mdev", undefined],
    [PING, "ping.reachable", "yes"],
    [PREDICTION, "at", "5"],
    [PREDICTION, "step", undefined],
    [PREDICTION, "question", 1],
    [PREDICTION, "expected", false],
    [PREDICTION, "right", "yes"],
  ])("leaves out %j where its %s is %j", (entry, member, value) => {
    memory().journal(lab()).add(done("vpcs"));
    memory()
      .journal(lab())
      .add(changed(entry, member, value) as JournalEntry);
    expect(memory().journal(lab()).entries()).toEqual([done("vpcs")]);
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

  it.each(["1e999", "1e300"])("takes up no %s for a time: no date comes of it", (ms) => {
    const journal = memory().journal(lab());
    journal.add(done("vpcs"));
    const path = join(home, "labs", "nextwork.123456789012.eu-west-3", "journal.jsonl");
    const line = readFileSync(path, "utf8");
    writeFileSync(path, line + line.replace(/"at":\d+/, `"at":${ms}`));
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
