import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { homeFolder } from "../../src/lab/home.ts";

afterEach(() => vi.unstubAllEnvs());

const mine = (...folders: string[]) => join(homedir(), ...folders);

it.each([
  ["where VPCLAB_HOME says", { VPCLAB_HOME: "/labs", XDG_STATE_HOME: "/state" }, "linux", "/labs"],
  ["in the folder for state on Linux", {}, "linux", mine(".local", "state", "vpclab")],
  ["where XDG has state", { XDG_STATE_HOME: "/state" }, "linux", join("/state", "vpclab")],
  ["in Application Support on macOS", {}, "darwin", mine("Library", "Application Support", "vpclab")],
  ["in the local application data on Windows", { LOCALAPPDATA: "/data" }, "win32", join("/data", "vpclab")],
])("vpclab's files are %s", (_, env, platform, folder) => {
  expect(homeFolder(env, platform)).toBe(folder);
});

it("vpclab's files are not in the current folder where HOME is empty", () => {
  vi.stubEnv("HOME", "");
  expect(isAbsolute(homeFolder({}, "linux"))).toBe(true);
});
