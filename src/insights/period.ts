/** Periods such as 5m, 1h or 2mo, and rounding a timestamp to them. All in UTC. */

export interface Period {
  /** Start of the period that `ms` lies in. */
  floor(ms: number): number;
  /** Start of the next period, or `ms` itself where it is the start of one. */
  ceil(ms: number): number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** The first Monday of 1970. Which day begins a week in Logs Insights is not documented [U]; ISO 8601 says Monday. */
const FIRST_MONDAY = 4 * DAY;

/** Unit names and abbreviations as the user guide lists them ("stats"); longer ones also take a plural s. */
const UNITS = new Map<string, { readonly ms: number } | { readonly months: number }>();
define(["ms", "msec", "millisecond"], { ms: 1 });
define(["s", "sec", "second"], { ms: 1000 });
define(["m", "min", "minute"], { ms: MINUTE });
define(["h", "hr", "hour"], { ms: HOUR });
define(["d", "day"], { ms: DAY });
define(["w", "week"], { ms: WEEK });
define(["mo", "mon", "month"], { months: 1 });
define(["q", "qtr", "quarter"], { months: 3 });
define(["y", "yr", "year"], { months: 12 });

function define(names: readonly string[], unit: { ms: number } | { months: number }): void {
  for (const name of names) {
    UNITS.set(name, unit);
    if (name.length > 1) UNITS.set(`${name}s`, unit);
  }
}

/** The period that a text like "5m" or "2weeks" names; undefined if it names none. */
export function parsePeriod(text: string): Period | undefined {
  const [, digits = "", name = ""] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  const count = Number(digits);
  const unit = UNITS.get(name.toLowerCase());
  if (unit === undefined || count < 1 || count > 1e9) return undefined;
  if ("months" in unit) return calendar(unit.months * count);
  const length = unit.ms * count;
  return fixed(length, unit.ms === WEEK ? FIRST_MONDAY : 0);
}

function fixed(length: number, origin: number): Period {
  const floor = (ms: number): number => Math.floor((ms - origin) / length) * length + origin;
  return { floor, ceil: (ms) => Math.ceil((ms - origin) / length) * length + origin };
}

function calendar(months: number): Period {
  const startOf = (index: number): number => Date.UTC(1970, index * months, 1);
  const indexOf = (ms: number): number => {
    const date = new Date(ms);
    return Math.floor(((date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth()) / months);
  };
  return {
    floor: (ms) => startOf(indexOf(ms)),
    ceil: (ms) => (startOf(indexOf(ms)) === ms ? ms : startOf(indexOf(ms) + 1)),
  };
}
