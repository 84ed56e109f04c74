/** Folders for tests, which leave nothing behind. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished, TestRunner } from "vitest";

/** An empty one. It is removed after the test, the `describe` or the file that asks for it; not to be asked in beforeAll. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "vpclab-test-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (TestRunner.getCurrentTest()) onTestFinished(remove);
  else afterAll(remove);
  return folder;
}
