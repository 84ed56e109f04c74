import { expect, test } from "vitest";
import { NAMED_QUERIES, namedQuery } from "../../src/insights/named-queries.ts";
import { parseQuery } from "../../src/insights/parser.ts";
import { planQuery } from "../../src/insights/plan.ts";
import { suggestField } from "../../src/insights/suggest-field.ts";
import { ask } from "./log.ts";

test("the first is the one that the lab runs", () => {
  expect(NAMED_QUERIES[0]?.id).toBe("top-10-byte-transfers");
  expect(namedQuery("top-10-byte-transfers")?.title).toBe(
    "Top 10 byte transfers by source and destination IP addresses",
  );
  expect(namedQuery("no-such-query")).toBeUndefined();
});

test("ids are unique and can be typed", () => {
  const ids = NAMED_QUERIES.map((query) => query.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
});

test.each(NAMED_QUERIES.map((query) => [query.id, query.query]))(
  "%s runs and knows all its fields",
  (_, query) => {
    expect(planQuery(parseQuery(query)).unknownFields).toEqual([]);
    expect(ask(query).columns.length).toBeGreaterThan(0);
  },
);

test.each([
  ["srcaddr", "srcAddr"],
  ["destAddr", "dstAddr"],
  ["dstaddr", "dstAddr"],
  ["src_addr", "srcAddr"],
  ["sourceAddress", "srcAddr"],
  ["srcAdr", "srcAddr"],
  ["dst_port", "dstPort"],
  ["byte", "bytes"],
  ["protocl", "protocol"],
  ["timestamp", "@timestamp"],
  ["@timestmp", "@timestamp"],
  ["log-status", "logStatus"],
  ["interface-id", "interfaceId"],
  ["proto", "protocol"],
  ["Action", "action"],
])("for %s it suggests %s", (written, meant) => {
  expect(suggestField(written)).toBe(meant);
});

test.each([["srcAddr"], ["bytesTransferred"], ["x"], ["--"], ["toString"], ["constructor"]])(
  "for %s it suggests nothing",
  (name) => {
    expect(suggestField(name)).toBeUndefined();
  },
);

test("it suggests the query's own names too", () => {
  expect(suggestField("totalbytes", ["totalBytes"])).toBe("totalBytes");
});
