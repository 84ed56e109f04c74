/** What a person is asked for who reports a defect. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { freshHome } from "./vpclab.ts";

const { vpclab } = freshHome();
const at = (folder: string) =>
  JSON.parse(readFileSync(new URL(`../../${folder}package.json`, import.meta.url), "utf8"));
const { version, devDependencies } = at("");

it("--version says vpclab's alone", async () => {
  expect(await vpclab(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

it.each([[["--version", "--verbose"]], [["--verbose", "--version"]]])(
  "%j names Node, the platform and each client of the SDK",
  async (words) => {
    const { code, stdout, stderr } = await vpclab(words);
    expect([code, stderr]).toEqual([0, ""]);
    const clients = Object.keys(devDependencies).filter((name) => name.startsWith("@aws-sdk/client-"));
    expect(clients).toHaveLength(5);
    expect(stdout.trimEnd().split("\n")).toEqual([
      `vpclab ${version}`,
      `Node ${process.version} on ${process.platform} ${process.arch}`,
      ...clients.map((name) => `${name} ${at(`node_modules/${name}/`).version}`),
    ]);
  },
);
