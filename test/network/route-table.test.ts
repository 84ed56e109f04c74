import fc from "fast-check";
import { expect, test } from "vitest";
import { contains, formatAddress, formatCidr, network } from "../../src/network/cidr.ts";
import { longestPrefixMatch } from "../../src/network/route-table.ts";
import type { Route } from "../../src/network/topology.ts";

const route = (destination: string, target = "igw-1", state: Route["state"] = "active"): Route => ({
  destination,
  target,
  state,
});

test("the longest of the matching prefixes wins, wherever it stands in the table", () => {
  const routes = [route("10.2.0.0/20", "pcx-1"), route("0.0.0.0/0"), route("10.2.0.0/16", "pcx-2")];
  expect(longestPrefixMatch(routes, "10.2.9.80")?.target).toBe("pcx-1");
  expect(longestPrefixMatch(routes, "10.2.16.1")?.target).toBe("pcx-2");
  expect(longestPrefixMatch(routes, "8.8.8.8")?.target).toBe("igw-1");
});

test("a blackhole wins over a shorter route that works", () => {
  const routes = [route("0.0.0.0/0"), route("10.2.0.0/16", "pcx-1", "blackhole")];
  expect(longestPrefixMatch(routes, "10.2.9.80")?.state).toBe("blackhole");
});

test("routes for IPv6 and prefix lists hold no IPv4 address", () => {
  expect(longestPrefixMatch([route("::/0"), route("pl-68a54001")], "8.8.8.8")).toBeUndefined();
});

test("agrees with trying every prefix length from 32 down to 0", () => {
  // Few distinct addresses, so that several blocks of a table hold the same one.
  const block = fc
    .record({ base: fc.nat({ max: 255 }).map((n) => n * 2 ** 24 + n), prefix: fc.nat({ max: 32 }) })
    .map((cidr) => formatCidr(network(cidr)));
  const table = fc.uniqueArray(block, { maxLength: 12 }).map((blocks) => blocks.map((one) => route(one)));
  const address = fc.nat({ max: 255 }).map((n) => formatAddress(n * 2 ** 24 + n));
  fc.assert(
    fc.property(table, address, (routes, destination) => {
      const slow = Array.from({ length: 33 }, (_, n) => 32 - n)
        .map((prefix) =>
          routes.find(
            (one) => one.destination.endsWith(`/${prefix}`) && contains(one.destination, destination),
          ),
        )
        .find((one) => one !== undefined);
      expect(longestPrefixMatch(routes, destination)).toBe(slow);
    }),
  );
});
