/** Local files: written whole or not at all, for the owner's eyes only. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

/**
 * Makes a folder (0700) and those above it. Not by mkdir's own `recursive`: below a folder that takes none, as /proc,
 * that tries for ever.
 * @throws the system's error (EACCES, ENOENT, ENOTDIR …)
 */
export function makeFolder(path: string): void {
  if (existsSync(path)) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another process made it meanwhile. A file of its name shows when something is put into it.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

let files = 0;

/**
 * Replaces a file in one step: a reader, or a process killed in the middle, meets the old text or the new, never a
 * part. Makes the folder (0700) if it is not there; the file is 0600.
 * @param keep whether it has to be there after a power cut too, which takes time; false for what can be done without
 * @throws the system's error (EACCES, ENOSPC, ENOTDIR …) with the old file as it was
 */
export function writeAtomically(path: string, text: string, keep = true): void {
  makeFolder(dirname(path));
  const temporary = `${path}.${process.pid}.${files++}.new`;
  try {
    const file = openSync(temporary, "wx", 0o600);
    try {
      const bytes = Buffer.from(text);
      // A write that a full disk cuts short is no error: the next one is.
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
      if (keep) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Removes what processes that were killed in the middle of `writeAtomically` left in a folder.
 * @throws the system's error where the folder cannot be read
 */
export function removeHalfWritten(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = /\.(\d+)\.\d+\.new$/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be asked, and is alive.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
