import { expect, it } from "vitest";
import { askedEndpoint, isSameEndpoint, lostEndpoint } from "../../src/commands/endpoint.ts";
import { roomFor } from "../../src/commands/preflight.ts";
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
  const { message, why, next, exitCode, cause } = lost(refused);
  expect(message).toBe("Lab nextwork was made at http://127.0.0.1:4567, and nothing answers there.");
  expect(why).toBe("What served it has ended, or listens elsewhere now.");
  expect(next).toEqual([
    "If it is a vpclab simulator: start it there, paste the lines that it prints, then run this again.",
    "Or do the lab on the embedded AWS: --simulate.",
    "Or forget that lab, if it is gone for good: rm -r '/home/ana/my labs/one'",
  ]);
  expect([exitCode, cause]).toEqual([1, refused]);
});

it("says where credentials were wanted, if there are none: exit 4", () => {
  const { message, why, next, exitCode } = lost();
  expect(message).toContain("http://127.0.0.1:4567, and there are no credentials for it.");
  expect(why).toContain("shared AWS files");
  expect(next.join("\n")).toContain("--simulate");
  expect(exitCode).toBe(4);
});

it("has a quota of its own, whatever AWS's is", () => {
  expect(roomFor({ place: LAB }, undefined)).toMatchObject({ isQuotaUnknown: true });
  const { endpointUrl: _, ...onAws } = LAB;
  expect(roomFor({ place: onAws }, undefined)).toMatchObject({ isQuotaUnknown: false });
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

it.each([
  [{ endpointUrl: "http://one.test:1" }, { AWS_ENDPOINT_URL: "http://two.test:2" }, "http://one.test:1"],
  [{}, { AWS_ENDPOINT_URL: "https://two.test:2" }, "https://two.test:2"],
  [{}, { AWS_ENDPOINT_URL: "" }, undefined],
  [{ simulate: true }, { AWS_ENDPOINT_URL: "nowhere" }, undefined],
  [{}, {}, undefined],
])("of %o and %o the endpoint asked for is %s", (options, env, asked) => {
  expect(askedEndpoint(options, env)).toBe(asked);
});

it("--simulate and an endpoint in one command are refused: one of them would be ignored", () => {
  expect(() => askedEndpoint({ simulate: true, endpointUrl: "http://one.test:1" }, {})).toThrow(
    expect.objectContaining({
      message: "--simulate and --endpoint-url mean two places: give one.",
      exitCode: 2,
    }),
  );
});

it.each([
  [
    { endpointUrl: "nowhere" },
    {},
    '--endpoint-url takes a URL, such as http://127.0.0.1:4566, not "nowhere".',
  ],
  [{ endpointUrl: "" }, {}, '--endpoint-url takes a URL, such as http://127.0.0.1:4566, not "".'],
  [
    {},
    { AWS_ENDPOINT_URL: "ftp://a\u001b.test" },
    'AWS_ENDPOINT_URL takes a URL, such as http://127.0.0.1:4566, not "ftp://a\\x1b.test".',
  ],
])("an endpoint that is no URL is refused by the name it was given under: %o %o", (options, env, message) => {
  expect(() => askedEndpoint(options, env)).toThrow(
    expect.objectContaining({ message, exitCode: 2, next: ["vpclab simulator says where it listens."] }),
  );
});
