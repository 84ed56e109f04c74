/** Which lab is meant, where an earlier one of the same name is remembered from elsewhere. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { header } from "../../src/commands/header.ts";
import { defaultHours, openLab } from "../../src/commands/open-lab.ts";
import type { Program } from "../../src/commands/program.ts";
import { labMemory, type RememberedLab } from "../../src/lab/memory.ts";
import { temporaryFolder } from "../temporary-folder.ts";
import { fakeTerminal } from "../ui/fake-terminal.ts";

const ACCOUNT = "210987654321";
let home = "";
/** Knows who is asking, and nothing else. */
const server = createServer((_request, response) => {
  response.setHeader("content-type", "text/xml");
  response.end(
    `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${ACCOUNT}</Account><Arn>arn:aws:iam::${ACCOUNT}:user/ana</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
});
let endpointUrl = "";

beforeEach(async () => {
  home = temporaryFolder();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIDPLANTED");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "planted-secret");
});

afterEach(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

function remember(where: Pick<RememberedLab, "target" | "account">) {
  labMemory(home, () => undefined).remember({
    lab: "nextwork",
    region: "eu-west-3",
    upAt: 1,
    ...where,
    options: {
      cidr1: "10.8.0.0/16",
      cidr2: "10.9.0.0/16",
      trafficType: "ALL",
      aggregationSeconds: 60,
    },
  });
}

function open() {
  const program: Program = {
    terminal: fakeTerminal({ columns: undefined }),
    signal: new AbortController().signal,
    env: { AWS_ACCESS_KEY_ID: "AKIDPLANTED", AWS_REGION: "eu-west-3" },
    home,
  };
  return openLab(program, { endpointUrl });
}

test("on AWS goes on with what was asked for there", async () => {
  remember({ target: "aws", account: ACCOUNT });
  const { spec, remembered } = await open();
  expect(remembered?.account).toBe(ACCOUNT);
  expect(spec).toMatchObject({ cidr1: "10.8.0.0/16", hours: undefined });
});

test.each([
  ["the embedded AWS", { target: "simulator", account: ACCOUNT }],
  ["another account", { target: "aws", account: "111111111111" }],
] as const)("on AWS takes over nothing from a lab on %s", async (_where, elsewhere) => {
  remember(elsewhere);
  const { spec, remembered } = await open();
  expect(remembered).toBeUndefined();
  expect(spec).toMatchObject({ cidr1: "10.1.0.0/16", hours: undefined, sshFrom: "0.0.0.0/0" });
});

test("on AWS itself instances end after four hours, where a forgotten lab costs; elsewhere only if asked to", () => {
  expect(defaultHours({ target: "aws" })).toBe(4);
  expect(defaultHours({ target: "aws", endpointUrl })).toBeUndefined();
  expect(defaultHours({ target: "simulator" })).toBeUndefined();
});

test("a lab of the same name elsewhere is told of, so that nobody takes the wrong one down", async () => {
  remember({ target: "simulator", account: "999999999999" });
  const lab = await open();
  lab.close();
  expect(lab.elsewhere).toMatchObject([{ target: "simulator", region: "eu-west-3" }]);
  const terminal = fakeTerminal({ columns: 80 });
  header(terminal, lab);
  expect(terminal.stderr.written).toMatch(/another lab nextwork stands on the embedded AWS.*--simulate/s);
  expect(terminal.stderr.written).toContain("2109-8765-4321");
});
