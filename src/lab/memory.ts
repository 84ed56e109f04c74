/**
 * What is remembered of labs: where each lives and with which options it was asked for, in a folder each. AWS alone
 * knows what exists; losing these files loses only the convenience of not naming the Region again.
 */
import { appendFileSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import * as v from "valibot";
import { makeFolder, removeHalfWritten, writeAtomically } from "./files.ts";
import type { Journal, JournalEntry } from "./journal.ts";
import { isLabName } from "./spec.ts";

/** Of `1e999` JSON makes Infinity, and no date comes of that. */
const number = v.pipe(v.number(), v.finite());

/** In ms; of 1e300, too, no date comes. */
const time = v.pipe(
  number,
  v.check((ms) => !Number.isNaN(new Date(ms).getTime())),
);

// Names of folders come of these: what does not look as it should is not taken up, whoever wrote it.
const placeSchema = v.object({
  lab: v.pipe(v.string(), v.check(isLabName)),
  target: v.picklist(["aws", "simulator"]),
  region: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/)),
  account: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  profile: v.optional(v.string()),
  endpointUrl: v.optional(v.string()),
});

const rememberedSchema = v.object({
  ...placeSchema.entries,
  /** When `up` was last run, in ms of real time. */
  upAt: time,
  /** When a teardown ended with nothing left; absent while the lab may stand. */
  tornDownAt: v.optional(time),
  /** When the first resource was asked for, in ms of the service's time: what it cost is counted from here. */
  standsSince: v.optional(time),
  options: v.object({
    cidr1: v.string(),
    cidr2: v.string(),
    retentionDays: v.optional(number),
    trafficType: v.picklist(["ALL", "ACCEPT", "REJECT"]),
    aggregationSeconds: v.union([v.literal(60), v.literal(600)]),
    instanceType: v.optional(v.string()),
    sshFrom: v.optional(v.string()),
    hours: v.optional(number),
    leastPrivilege: v.optional(v.boolean()),
  }),
});

/** Where a lab lives. */
export type Place = v.InferOutput<typeof placeSchema>;
export type RememberedLab = v.InferOutput<typeof rememberedSchema>;

export interface LabMemory {
  /** All labs remembered, the latest `up` first. */
  labs(): readonly RememberedLab[];
  remember(lab: RememberedLab): void;
  journal(place: Place): Journal;
  /** Puts the journal of a lab that was taken down aside: the next `up` begins a new one. */
  closeJournal(place: Place): void;
  /** Where all that is remembered of a lab is. */
  folder(place: Place): string;
  /**
   * Writes a file into the lab's folder; what another process wrote to it lately goes on standing above.
   * @param since what was written after this, in ms of real time, is of such a process
   * @returns its path; undefined where it could not be written
   */
  keepFile(place: Place, name: string, text: string, since: number): string | undefined;
}

/**
 * @param home see homeFolder
 * @param warn told, in a sentence, of each file that cannot be read (it is left alone) or written
 */
export function labMemory(home: string, warn: (text: string) => void): LabMemory {
  const folderOf = (place: Place) =>
    join(
      home,
      "labs",
      `${place.lab}.${place.target === "aws" ? place.account : "simulator"}.${place.region}`,
    );
  /** Nothing that is only remembered may stop what is done on AWS. */
  const orWarn = (what: string, write: () => void): boolean => {
    try {
      write();
      return true;
    } catch (error) {
      warn(`${what} could not be saved (${(error as Error).message}); nothing on AWS is lost by that.`);
      return false;
    }
  };
  return {
    labs: () => readLabs(join(home, "labs"), warn),
    remember: (lab) =>
      orWarn("Where this lab lives", () => {
        writeAtomically(join(folderOf(lab), "lab.json"), `${JSON.stringify(lab, null, 2)}\n`);
        removeHalfWritten(folderOf(lab));
      }),
    journal: (place) => fileJournal(join(folderOf(place), "journal.jsonl"), warn, orWarn),
    closeJournal: (place) =>
      orWarn("The journal", () => {
        const path = join(folderOf(place), "journal.jsonl");
        if (readIfThere(path) !== undefined) renameSync(path, join(folderOf(place), "journal.last.jsonl"));
      }),
    folder: folderOf,
    keepFile: (place, name, text, since) => {
      const path = join(folderOf(place), name);
      const isKept = orWarn(name, () => {
        const beside = readIfThere(path);
        const isNew = beside !== undefined && statSync(path).mtimeMs >= since;
        writeAtomically(path, isNew ? `${beside}\n${text}` : text);
      });
      return isKept ? path : undefined;
    },
  };
}

function readLabs(folder: string, warn: (text: string) => void): RememberedLab[] {
  const labs: RememberedLab[] = [];
  for (const name of foldersIn(folder, warn)) {
    const path = join(folder, name, "lab.json");
    try {
      const text = readIfThere(path);
      if (text !== undefined) labs.push(v.parse(rememberedSchema, JSON.parse(text)));
    } catch {
      warn(`${path} cannot be read and is left alone. Name the lab by --lab and --region to find it again.`);
    }
  }
  return labs.sort((a, b) => b.upAt - a.upAt);
}

function foldersIn(folder: string, warn: (text: string) => void): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      warn(`${folder} cannot be read: ${(error as Error).message}`);
    return [];
  }
}

/** One JSON object a line: two processes may add to it, and a line that was cut off spoils no other. */
function fileJournal(
  path: string,
  warn: (text: string) => void,
  orWarn: (what: string, write: () => void) => void,
): Journal {
  const entries: JournalEntry[] = [];
  for (const line of readJournal(path, warn).split("\n")) {
    const entry = parseEntry(line);
    if (entry) entries.push(entry);
  }
  return {
    entries: () => entries,
    add(entry) {
      entries.push(entry);
      orWarn("The journal", () => {
        makeFolder(dirname(path));
        // Begins with a newline, so that a line that a killed process left half-written ends there.
        appendFileSync(path, `\n${JSON.stringify(entry)}`, { mode: 0o600 });
      });
    },
  };
}

function readJournal(path: string, warn: (text: string) => void): string {
  try {
    return readIfThere(path) ?? "";
  } catch (error) {
    warn(`${path} cannot be read (${(error as Error).message}): what was done before is not remembered.`);
    return "";
  }
}

const pingSchema = v.object({
  from: v.string(),
  to: v.string(),
  address: v.string(),
  scope: v.picklist(["private", "public", "other"]),
  sent: number,
  received: number,
  lossPercent: number,
  rttMs: v.nullable(v.object({ min: number, avg: number, max: number, mdev: number })),
  reachable: v.boolean(),
});

const entrySchema = v.variant("kind", [
  v.object({ kind: v.literal("ping"), at: time, step: v.optional(v.string()), ping: pingSchema }),
  v.object({ kind: v.literal("step-done"), at: time, step: v.string() }),
  v.object({
    kind: v.literal("prediction"),
    at: time,
    step: v.string(),
    question: v.string(),
    expected: v.string(),
    right: v.boolean(),
  }),
]);

function parseEntry(line: string): JournalEntry | undefined {
  if (line.trim() === "") return undefined;
  try {
    return v.parse(entrySchema, JSON.parse(line)) as JournalEntry;
  } catch {
    // Half a line from a process that was killed: what it would have said is lost, the rest of the journal is not.
    return undefined;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}
