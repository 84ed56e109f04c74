/**
 * The functions of the query language that work on one record (user guide, "Boolean, comparison, numeric, datetime, and
 * other functions"). Rounding to a period (bin, datefloor, dateceil) is with the expressions, for its argument is no value.
 */
import { ipVersion, subnet } from "./ip.ts";
import { type Kind, toNumber, toText, type Value } from "./values.ts";

export interface ScalarFunction {
  readonly least: number;
  readonly most: number;
  readonly kind?: Kind;
  /** Made anew for each place in a query, so that it may remember what it prepared. */
  make(): (args: readonly Value[]) => Value;
}

function of(
  least: number,
  most: number,
  apply: (args: readonly Value[]) => Value,
  kind?: Kind,
): ScalarFunction {
  const base = { least, most, make: () => apply };
  return kind === undefined ? base : { ...base, kind };
}

/** A number in, a number out; missing where the argument is no number or the result none. */
function numeric(apply: (value: number) => number): ScalarFunction {
  return of(1, 1, ([value]) => {
    const number = toNumber(value);
    return number === undefined ? undefined : toNumber(apply(number));
  });
}

/** Text in, a value out; missing where the argument is. */
function textual(apply: (text: string) => Value): ScalarFunction {
  return of(1, 1, ([value]) => {
    const text = toText(value);
    return text === undefined ? undefined : apply(text);
  });
}

/** The largest or smallest of the arguments that are numbers; missing ones are passed over [U]. */
function extreme(better: (a: number, b: number) => boolean): ScalarFunction {
  return of(1, 255, (args) => {
    let best: number | undefined;
    for (const arg of args) {
      const number = toNumber(arg);
      if (number !== undefined && (best === undefined || better(number, best))) best = number;
    }
    return best;
  });
}

/** trim, ltrim and rtrim: white space, or the characters of a second argument. */
function trimming(left: boolean, right: boolean): ScalarFunction {
  return of(1, 2, ([value, characters]) => {
    const text = toText(value);
    if (text === undefined) return undefined;
    const set = toText(characters);
    const drop = (c: string | undefined): boolean => c !== undefined && (set?.includes(c) ?? /\s/.test(c));
    let start = 0;
    let end = text.length;
    while (left && start < end && drop(text[start])) start++;
    while (right && start < end && drop(text[end - 1])) end--;
    return text.slice(start, end);
  });
}

/** Whether a value is an address, of that version where one is wanted. */
function isAddress(value: Value, wanted?: 4 | 6): value is string {
  const version = typeof value === "string" ? ipVersion(value) : undefined;
  return version !== undefined && (wanted === undefined || version === wanted);
}

function validIp(wanted?: 4 | 6): ScalarFunction {
  return of(1, 1, ([value]) => isAddress(value, wanted));
}

/** The subnet is a constant in nearly every query, so the last one read is remembered. */
function inSubnet(wanted?: 4 | 6): ScalarFunction {
  return {
    least: 2,
    most: 2,
    make: () => {
      let text: Value;
      let holds: ReturnType<typeof subnet>;
      return ([value, cidr]) => {
        if (cidr !== text) {
          text = cidr;
          holds = typeof cidr === "string" ? subnet(cidr) : undefined;
        }
        return isAddress(value, wanted) && holds?.(value) === true;
      };
    },
  };
}

/** substr counts in Unicode code points, as strlen does; from 0. */
function substring([value, from, length]: readonly Value[]): Value {
  const text = toText(value);
  const start = toNumber(from);
  if (text === undefined || start === undefined) return undefined;
  const count = length === undefined ? Number.POSITIVE_INFINITY : toNumber(length);
  if (count === undefined) return undefined;
  const first = Math.max(0, Math.trunc(start));
  return [...text].slice(first, first + Math.max(0, Math.trunc(count))).join("");
}

/** Names in lower case: Logs Insights takes isPresent and ispresent alike. */
export const SCALAR_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  abs: numeric(Math.abs),
  ceil: numeric(Math.ceil),
  floor: numeric(Math.floor),
  log: numeric(Math.log),
  sqrt: numeric(Math.sqrt),
  greatest: extreme((a, b) => a > b),
  least: extreme((a, b) => a < b),

  ispresent: of(1, 1, ([value]) => value !== undefined),
  coalesce: of(1, 255, (args) => args.find((arg) => arg !== undefined)),

  isempty: of(1, 1, ([value]) => value === undefined || value === ""),
  isblank: of(1, 1, ([value]) => value === undefined || (typeof value === "string" && value.trim() === "")),
  // A missing part adds nothing [U].
  concat: of(1, 255, (args) => args.map((arg) => toText(arg) ?? "").join("")),
  trim: trimming(true, true),
  ltrim: trimming(true, false),
  rtrim: trimming(false, true),
  strlen: textual((text) => [...text].length),
  toupper: textual((text) => text.toUpperCase()),
  tolower: textual((text) => text.toLowerCase()),
  substr: of(2, 3, substring),
  replace: of(3, 3, ([value, searched, replacement]) => {
    const text = toText(value);
    const search = toText(searched);
    if (text === undefined || search === undefined || search === "") return text;
    return text.replaceAll(search, () => toText(replacement) ?? "");
  }),
  strcontains: of(2, 2, ([value, searched]) => {
    const text = toText(value);
    const search = toText(searched);
    return text !== undefined && search !== undefined && text.includes(search) ? 1 : 0;
  }),

  frommillis: of(1, 1, ([value]) => toNumber(value), "timestamp"),
  tomillis: of(1, 1, ([value]) => toNumber(value)),

  isvalidip: validIp(),
  isvalidipv4: validIp(4),
  isvalidipv6: validIp(6),
  isipinsubnet: inSubnet(),
  isipv4insubnet: inSubnet(4),
  isipv6insubnet: inSubnet(6),
};

/** bin(5m), datefloor(@timestamp, 1h), dateceil(@timestamp, 1h). */
export const PERIOD_FUNCTIONS: ReadonlySet<string> = new Set(["bin", "datefloor", "dateceil"]);
