import { spawnSync } from "node:child_process";
import fs, { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { makeFolder, removeHalfWritten, writeAtomically } from "../../src/lab/files.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

describe("a local file", () => {
  it("is made with the folders above it, for the owner's eyes only", () => {
    const path = join(folder, "a", "b", "file");
    writeAtomically(path, "text");
    expect(readFileSync(path, "utf8")).toBe("text");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    for (const above of ["a", "a/b"]) expect(statSync(join(folder, above)).mode & 0o777).toBe(0o700);
  });

  it("stays as it was where its place is below a file", () => {
    writeFileSync(join(folder, "file"), "text");
    expect(() => writeAtomically(join(folder, "file", "below"), "x")).toThrow("ENOTDIR");
    expect(readFileSync(join(folder, "file"), "utf8")).toBe("text");
  });

  it("stays whole where a full disk cuts the write short", () => {
    const path = join(folder, "file");
    writeAtomically(path, "the old text");
    const { writeSync } = fs;
    let writes = 0;
    fs.writeSync = ((file: number, bytes: Buffer) => {
      if (writes++ > 0) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      return writeSync(file, bytes.subarray(0, 3));
    }) as typeof writeSync;
    syncBuiltinESMExports();
    try {
      expect(() => writeAtomically(path, "the new text")).toThrow("ENOSPC");
    } finally {
      fs.writeSync = writeSync;
      syncBuiltinESMExports();
    }
    expect(readFileSync(path, "utf8")).toBe("the old text");
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});

describe("what a killed process left half-written", () => {
  it("is removed, and what a living one writes is not, nor anything else", () => {
    const { pid: dead } = spawnSync(process.execPath, ["-e", ""]);
    const names = [
      `world.json.${dead}.3.new`,
      `world.json.${process.pid}.3.new`,
      "world.json",
      "a.new",
      "1.2.new",
    ];
    for (const name of names) writeFileSync(join(folder, name), "");
    removeHalfWritten(folder);
    expect(readdirSync(folder).sort()).toEqual(names.slice(1).sort());
  });
});

describe("a folder", () => {
  it("that is there already is left as it is", () => {
    makeFolder(folder);
    makeFolder("/");
    expect(statSync(folder).isDirectory()).toBe(true);
  });
});
