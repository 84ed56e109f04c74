import { describe, expect, test } from "vitest";
import { QueryError } from "../../src/insights/error.ts";
import { parseQuery } from "../../src/insights/parser.ts";
import { planQuery } from "../../src/insights/plan.ts";
import { ask } from "./log.ts";

function errorOf(query: string): QueryError {
  try {
    ask(query);
  } catch (error) {
    if (error instanceof QueryError) return error;
    throw error;
  }
  throw new Error(`${query} was taken.`);
}

/** The query with the offending part between arrows, and the message. */
const cases: readonly (readonly [string, string])[] = [
  ["→←", "unexpected symbol found <EOF> at line 1 and position 0"],
  ["→sats← count(*)", "unexpected symbol found sats at line 1 and position 0"],
  ["filter action = →←", "unexpected symbol found <EOF> at line 1 and position 16"],
  ["filter (action = 'x'→←", "unexpected symbol found <EOF> at line 1 and position 20"],
  ["filter action →'x'←", "unexpected symbol found 'x' at line 1 and position 14"],
  ["fields srcAddr\n| →bad← x", "unexpected symbol found bad at line 2 and position 2"],
  ["fields srcAddr\n\n|   limit →many←", "unexpected symbol found many at line 3 and position 10"],
  ["fields srcAddr →dstAddr←", "unexpected symbol found dstAddr at line 1 and position 15"],
  ["fields srcAddr,→←", "unexpected symbol found <EOF> at line 1 and position 15"],
  ["fields →,← srcAddr", "unexpected symbol found , at line 1 and position 7"],
  ["fields srcAddr | →←", "unexpected symbol found <EOF> at line 1 and position 17"],
  ["→|← fields srcAddr", "unexpected symbol found | at line 1 and position 0"],
  ["fields srcAddr →;← limit 1", "unexpected symbol found ; at line 1 and position 15"],
  ["fields srcAddr as →5←", "unexpected symbol found 5 at line 1 and position 18"],
  ["fields srcAddr as →by←", "unexpected symbol found by at line 1 and position 18"],
  ["fields →*←", "unexpected symbol found * at line 1 and position 7"],
  ["filter action == 'x'".replace("== ", "=→=← "), "unexpected symbol found = at line 1 and position 15"],
  ["filter action not →=← 'x'", "unexpected symbol found = at line 1 and position 18"],
  ["filter action like →REJECT←", "unexpected symbol found REJECT at line 1 and position 19"],
  ["filter action in →(←'a')", "unexpected symbol found ( at line 1 and position 17"],
  ["filter action in [→srcAddr←]", "unexpected symbol found srcAddr at line 1 and position 18"],
  ["filter action in ['a'→←", "unexpected symbol found <EOF> at line 1 and position 21"],
  ["filter action = →'x← ".trim(), "unexpected symbol found 'x at line 1 and position 16"],
  ["fields →`srcAddr←", "unexpected symbol found `srcAddr at line 1 and position 7"],
  ["filter action like →/x←", "unexpected symbol found /x at line 1 and position 19"],
  ["limit →0←", "unexpected symbol found 0 at line 1 and position 6"],
  ["limit →1.5←", "unexpected symbol found 1.5 at line 1 and position 6"],
  ["limit →100001←", "unexpected symbol found 100001 at line 1 and position 6"],
  ["limit →-←5", "unexpected symbol found - at line 1 and position 6"],
  ["limit →5m←", "unexpected symbol found 5m at line 1 and position 6"],
  ["→head← 5", "unexpected symbol found head at line 1 and position 0"],
  ["dedup srcAddr | →sort← srcAddr", "unexpected symbol found sort at line 1 and position 16"],
  [
    "stats count(*) | stats count(*) as n | →stats← count(*)",
    "unexpected symbol found stats at line 1 and position 39",
  ],
  [
    "stats count(*) as n by srcAddr | →sort n← | stats max(n)",
    "sort must appear after the second stats command",
  ],
  ["→limit 5← | stats count(*) as n | stats max(n)", "limit must appear after the second stats command"],
  ["stats count(*) by srcAddr | stats max(→bytes←)", "bytes is not defined by the first stats command"],
  [
    "stats count(*) by srcAddr | stats count(*) by →bin(1h)←",
    "@timestamp is not defined by the first stats command",
  ],
  [
    "stats count(*) by srcAddr | stats →latest(srcAddr)←",
    "@timestamp is not defined by the first stats command",
  ],
  ["stats →bytes← by srcAddr", "bytes is neither aggregated nor grouped by"],
  ["stats count(*) + →bytes←", "bytes is neither aggregated nor grouped by"],
  ["filter →sum(bytes)← > 5", "the function sum can only be used in stats"],
  ["stats sum(→max(bytes)←)", "the function max can only be used in stats"],
  ["→pattern← @message", "the command pattern is not supported here"],
  ["fields @message | →diff←", "the command diff is not supported here"],
  ["→anomaly← x", "the command anomaly is not supported here"],
  ["→unmask← @message", "the command unmask is not supported here"],
  ["→UNNEST← a into b", "the command UNNEST is not supported here"],
  ["→SOURCE← logGroups()", "the command SOURCE is not supported here"],
  ["→filterIndex← a = 1", "the command filterIndex is not supported here"],
  ["limit →any← 5", "limit any is not supported here"],
  ["parse @message →logfmt← as x", "parse with logfmt is not supported here"],
  ["fields →jsonParse(@message)←", "the function jsonparse is not supported here"],
  ["fields →toString(bytes)←", "the function tostring is not supported here"],
  ["fields →constructor(bytes)←", "the function constructor is not supported here"],
  ["fields →abs()←", "the function abs takes 1 argument, not 0"],
  ["fields →substr('a')←", "the function substr takes 2 to 3 arguments, not 1"],
  ["fields →greatest()←", "the function greatest takes 1 or more arguments, not 0"],
  ["fields →strcontains('a', 'b', 1)←", "the function strcontains takes 2 arguments, not 3"],
  ["stats →count(a, b)←", "the function count takes 0 to 1 arguments, not 2"],
  ["stats →pct(bytes)←", "the function pct takes 2 arguments, not 1"],
  ["stats pct(bytes, →101←)", "pct needs a percentage from 0 to 100"],
  ["stats pct(bytes, →packets←)", "pct needs a percentage from 0 to 100"],
  ["stats sum(→*←)", "unexpected symbol found *"],
  ["fields bin(→5←)", "bin needs a period"],
  ["fields bin(→5parsecs←)", "bin needs a period"],
  ["fields bin(→0m←)", "bin needs a period"],
  ["fields bin(→5constructor←)", "bin needs a period"],
  ["fields datefloor(@timestamp, →'1h'←)", "datefloor needs a period"],
  ["filter bytes > →5m←", "unexpected period 5m"],
  ["parse @message →5←", "unexpected symbol found 5 at line 1 and position 15"],
  ["parse @message →'* *'← as a", "the pattern has 2 wildcards and 1 names"],
  ["parse @message →'plain'← as a", "the pattern has 0 wildcards and 1 names"],
  ["parse @message →/\\d+/←", "the regular expression of parse has no name for each of its groups"],
  ["parse @message →/(a)(b)/← as x", "the regular expression of parse has no name for each of its groups"],
  ["filter srcAddr like →/\\p{L}/←", "in regular expressions, \\p{…} classes are not supported here"],
  ["filter srcAddr like →/[[:alpha:]]/←", "in regular expressions, [[:class:]] names are not supported here"],
  ["filter srcAddr like →/a++/←", "in regular expressions, possessive quantifiers are not supported here"],
  ["filter srcAddr like →/(?x)a/←", "the regular expression flag x is not supported here"],
  ["fields bytes as b, →packets as b←", "Ephemeral field is already defined: b ([19,31])"],
  ["fields bytes as b | fields →b←", "Ephemeral field is already defined: b ([27,28])"],
  ["parse @message '* *' as a, →a←", "Ephemeral field is already defined: a ([27,28])"],
  ["stats sum(bytes) as b, →sum(packets) as b←", "Ephemeral field is already defined: b ([23,40])"],
];

describe("a query that cannot be run says what and where", () => {
  test.each(cases)("%s", (marked, message) => {
    const start = marked.indexOf("→");
    const end = marked.indexOf("←") - 1;
    const error = errorOf(marked.replace("→", "").replace("←", ""));
    expect({ message: error.message, start: error.start, end: error.end }).toEqual({ message, start, end });
  });
});

test.each(["-", "^"])("more %s beside each other than the stack holds are refused", (operator) => {
  expect(errorOf(`fields 1${`${operator}1`.repeat(4_000)}`).hint).toMatch(/too many operators/);
});

test("a malformed regular expression is told as such", () => {
  const error = errorOf("filter srcAddr like /(a/");
  expect(error.message).toMatch(/^invalid regular expression: /);
  expect([error.start, error.end]).toEqual([20, 24]);
});

test.each([
  ["limit x", /whole number from 1 to 100000/],
  ["tail 5", /replaced by/],
  ["dedup a | sort b", /Only `limit` may follow/],
  ["fields bin(5)", /30s, 5m, 1h/],
  ["filter action = 'x", /no closing '/],
])("%s: the hint says what would be right", (query, hint) => {
  expect(errorOf(query).hint).toMatch(hint);
});

test.each([
  ["parentheses", "(", ")"],
  ["nots", "not ", ""],
  ["signs", "-", ""],
])("refuses %s nested beyond any sense instead of running out of stack", (_, open, close) => {
  const query = `filter ${open.repeat(2_400)}1${close.repeat(2_400)}`;
  expect(() => parseQuery(query)).toThrow(QueryError);
});

test("a long chain of conditions is no nesting", () => {
  const query = `filter ${Array.from({ length: 550 }, (_, i) => `packets = ${i}`).join(" or ")} | stats count(*)`;
  expect(ask(query).statistics.recordsMatched).toBe(6);
});

test("refuses a query longer than StartQuery takes", () => {
  expect(parseQuery(`limit 5 #${"x".repeat(9_991)}`).commands).toHaveLength(1);
  expect(errorOf(`limit 5 #${"x".repeat(9_992)}`).message).toBe("the query is longer than 10000 characters");
});

test("fields that nothing is known of are noted with their places", () => {
  const plan = planQuery(
    parseQuery("filter srcaddr = 'x' | fields bytes as b | stats sum(b) as s by dstaddr | sort t"),
  );
  expect(plan.unknownFields).toEqual([
    { name: "srcaddr", start: 7, end: 14 },
    { name: "dstaddr", start: 64, end: 71 },
    { name: "t", start: 79, end: 80 },
  ]);
});
