/** The file in which several processes note the time of one world. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { FileStorage, type SavedTime } from "../../src/simulator/storage.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let file: string;
let storage: FileStorage;
beforeEach(() => {
  const folder = temporaryFolder();
  file = join(folder, "time.json");
  storage = new FileStorage(folder);
});

const EARLY: SavedTime = { world: 1_767_603_599_998, real: 1_795_287_932_153, speed: 60 };
const LATE: SavedTime = { world: 1_767_603_600_001, real: 1_795_287_932_999, speed: 1 };

it("has the time that was noted last, in one file from the first to the last", () => {
  expect(storage.readTime()).toBeUndefined();
  storage.writeTime({ ...EARLY, speed: 0.016666666666666666 });
  const { ino } = statSync(file);
  expect(storage.readTime()).toEqual({ ...EARLY, speed: 0.016666666666666666 });
  storage.writeTime(LATE);
  expect(storage.readTime()).toEqual(LATE);
  expect(statSync(file).ino).toBe(ino);
});

it("gives no time that nobody noted to who reads while it is being written", () => {
  const texts = [EARLY, LATE].map((time) => {
    storage.writeTime(time);
    return readFileSync(file, "utf8");
  });
  const [early = "", late = ""] = texts;
  const seen = new Set<string>();
  for (let written = 0; written <= late.length; written++) {
    writeFileSync(file, late.slice(0, written) + early.slice(written));
    seen.add(JSON.stringify(storage.readTime()));
  }
  expect([...seen]).toEqual([JSON.stringify(EARLY), undefined, JSON.stringify(LATE)]);
});

it.each(["", "{", "null", "[]", '{"world":1,"real":2,"speed":3}', '{"world":1,"real":2,"speed":3,"sum":7}'])(
  "does without what is damaged: %j",
  (text) => {
    writeFileSync(file, text);
    expect(storage.readTime()).toBeUndefined();
    storage.writeTime(LATE);
    expect(storage.readTime()).toEqual(LATE);
  },
);
