/** Builds the program once before all tests, so that test/cli/ never tests an older one. */
import { execFileSync } from "node:child_process";

export default function build(): void {
  execFileSync(process.execPath, ["build.js"], { stdio: "inherit" });
}
