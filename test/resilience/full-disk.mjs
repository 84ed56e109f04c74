/**
 * For `node --import`: from the n-th write to a file on (`FULL_DISK_AFTER`, default 0), the disk is full. As on Linux,
 * the write that fills it up is cut short without an error.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

let left = Number(process.env.FULL_DISK_AFTER ?? 0);
let wasCut = false;
const { writeSync, appendFileSync } = fs;

function full() {
  return Object.assign(new Error("ENOSPC: no space left on device, write"), {
    code: "ENOSPC",
    syscall: "write",
  });
}

fs.writeSync = (file, data, ...rest) => {
  if (left-- > 0) return writeSync(file, data, ...rest);
  if (wasCut) throw full();
  wasCut = true;
  const bytes = Buffer.from(data);
  return writeSync(file, bytes.subarray(0, bytes.length >> 1));
};
fs.appendFileSync = (...given) => {
  if (left-- > 0) return appendFileSync(...given);
  throw full();
};
syncBuiltinESMExports();
