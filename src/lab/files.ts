/** Local files: written whole or not at all, for the owner's eyes only. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";

let written = 0;

/**
 * Replaces a file in one step: a reader, or a process killed in the middle, meets the old text or the new, never a
 * part. Makes the folder (0700) if it is not there; the file is 0600.
 * @throws the system's error (EACCES, ENOSPC, ENOTDIR …) with the old file as it was
 */
export function writeAtomically(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.${written++}.new`;
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
