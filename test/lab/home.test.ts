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

it("a user of whom the system knows no home is told so, unless a folder is named", () => {
  const unknown = () => {
    throw Object.assign(new Error("uv_os_homedir returned ENOENT"), { code: "ENOENT" });
  };
  for (const platform of ["linux", "darwin", "win32"])
    expect(() => homeFolder({}, platform, unknown)).toThrow(
      expect.objectContaining({ code: "no-home", next: [expect.stringContaining("HOME=")] }),
    );
  expect(homeFolder({ VPCLAB_HOME: "/v" }, "linux", unknown)).toBe("/v");
  expect(homeFolder({ XDG_STATE_HOME: "/s" }, "linux", unknown)).toBe(join("/s", "vpclab"));
});
