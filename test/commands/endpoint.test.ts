import { expect, it } from "vitest";
import { isSameEndpoint, lostEndpoint } from "../../src/commands/endpoint.ts";
import { LabError } from "../../src/lab/error.ts";
import type { RememberedLab } from "../../src/lab/memory.ts";

const LAB: RememberedLab = {
  lab: "nextwork",
  target: "aws",
  region: "eu-west-3",
  account: "210987654321",
  endpointUrl: "http://127.0.0.1:4567",
  upAt: 1,
  options: { cidr1: "10.1.0.0/16", cidr2: "10.2.0.0/16", trafficType: "ALL", aggregationSeconds: 60 },
};

function lost(cause?: unknown): LabError {
  const error = lostEndpoint(LAB, "/home/ana/my labs/one", cause);
  if (!(error instanceof LabError)) throw new Error("that is not ours");
  return error;
}

it("names a lab at an endpoint where nothing answers, and the way to be rid of it", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED 127.0.0.1:4567"), { code: "ECONNREFUSED" });
  const { message, next, exitCode, cause } = lost(refused);
  expect(message).toBe("Lab nextwork was made at http://127.0.0.1:4567, and nothing answers there.");
  expect(next.join("\n")).toContain("rm -r '/home/ana/my labs/one'");
  expect([exitCode, cause]).toEqual([1, refused]);
});

it("says where credentials were wanted, if there are none: exit 4", () => {
  const { message, exitCode } = lost();
  expect(message).toContain("http://127.0.0.1:4567, and there are no credentials for it.");
  expect(exitCode).toBe(4);
});

it("blames no endpoint that answered", () => {
  const refusal = Object.assign(new Error("no"), { name: "UnauthorizedOperation" });
  expect(lostEndpoint(LAB, "", refusal)).toBe(refusal);
});

it.each([
  ["http://127.0.0.1:4567", "http://localhost:4567/", true],
  ["http://127.0.0.1:4567", "http://127.0.0.1:4568", false],
  ["http://127.0.0.1:4567", "https://aws.test:4567", false],
])("%s and %s are the same endpoint: %s", (one, other, isSame) => {
  expect(isSameEndpoint(one, other)).toBe(isSame);
});
