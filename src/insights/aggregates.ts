/** The functions of `stats` (user guide, "Functions to use with stats"): fed value by value, in bounded memory. */
import { compareForSort, toNumber, toText, type Value } from "./values.ts";

export interface Accumulator {
  /** `timestamp` is the record's @timestamp in ms; NaN where rows have none. */
  add(value: Value, timestamp: number): void;
  result(): Value;
}

export interface AggregateFunction {
  /** count takes a field, a star or nothing. */
  readonly takes: "value" | "optional" | "value and percent";
  /** Whether only numbers count. */
  readonly numeric?: boolean;
  /** Whether it asks for the time of its records. */
  readonly byTime?: boolean;
  make(percent: number): Accumulator;
}

class Count implements Accumulator {
  private count = 0;

  add(value: Value): void {
    if (value !== undefined) this.count++;
  }

  result(): Value {
    return this.count;
  }
}

/** Exact. The service approximates where there are very many values; memory here grows with the distinct ones. */
class CountDistinct implements Accumulator {
  private readonly seen = new Set<string>();

  add(value: Value): void {
    const text = toText(value);
    if (text !== undefined) this.seen.add(text);
  }

  result(): Value {
    return this.seen.size;
  }
}

/** Whole numbers are summed exactly up to 2^53: nine petabytes. Values that are no numbers are passed over. */
class Sum implements Accumulator {
  private sum = 0;
  private any = false;

  add(value: Value): void {
    const number = toNumber(value);
    if (number === undefined) return;
    this.sum += number;
    this.any = true;
  }

  result(): Value {
    return this.any ? this.sum : undefined;
  }
}

class Average implements Accumulator {
  private sum = 0;
  private count = 0;

  add(value: Value): void {
    const number = toNumber(value);
    if (number === undefined) return;
    this.sum += number;
    this.count++;
  }

  result(): Value {
    return this.count === 0 ? undefined : this.sum / this.count;
  }
}

/** Of the population [U], by Welford's method, which loses no digits to large values. */
class StandardDeviation implements Accumulator {
  private count = 0;
  private mean = 0;
  private squares = 0;

  add(value: Value): void {
    const number = toNumber(value);
    if (number === undefined) return;
    this.count++;
    const before = number - this.mean;
    this.mean += before / this.count;
    this.squares += before * (number - this.mean);
  }

  result(): Value {
    return this.count === 0 ? undefined : Math.sqrt(this.squares / this.count);
  }
}

/** Numbers if there are any, so that the "-" of a NODATA record is never the smallest; else the order of `sort`. */
class Extreme implements Accumulator {
  private readonly sign: 1 | -1;
  private number: number | undefined;
  private text: Value;

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  add(value: Value): void {
    const number = toNumber(value);
    if (number !== undefined) {
      if (this.number === undefined || (number - this.number) * this.sign > 0) this.number = number;
    } else if (value !== undefined && this.number === undefined) {
      if (this.text === undefined || compareForSort(value, this.text) * this.sign > 0) this.text = value;
    }
  }

  result(): Value {
    return this.number ?? this.text;
  }
}

/**
 * The smallest value that at least the given percentage of values do not exceed (nearest rank); the service's own
 * method is not documented [U]. Holds the values: 8 bytes each.
 */
class Percentile implements Accumulator {
  private readonly percent: number;
  private values = new Float64Array(16);
  private count = 0;

  constructor(percent: number) {
    this.percent = percent;
  }

  add(value: Value): void {
    const number = toNumber(value);
    if (number === undefined) return;
    if (this.count === this.values.length) {
      const larger = new Float64Array(this.count * 2);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.count++] = number;
  }

  result(): Value {
    if (this.count === 0) return undefined;
    const sorted = this.values.slice(0, this.count).sort();
    const rank = Math.ceil((this.percent / 100) * this.count);
    return sorted[Math.max(0, rank - 1)];
  }
}

/** Of the record with the earliest or latest @timestamp among those that have the field; the first of equals. */
class ByTime implements Accumulator {
  private readonly sign: 1 | -1;
  private best = Number.NaN;
  private value: Value;

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  add(value: Value, timestamp: number): void {
    if (value === undefined) return;
    if (this.value === undefined || (timestamp - this.best) * this.sign > 0) {
      this.best = timestamp;
      this.value = value;
    }
  }

  result(): Value {
    return this.value;
  }
}

class BySort implements Accumulator {
  private readonly sign: 1 | -1;
  private value: Value;

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  add(value: Value): void {
    if (value === undefined) return;
    if (this.value === undefined || compareForSort(value, this.value) * this.sign > 0) this.value = value;
  }

  result(): Value {
    return this.value;
  }
}

/** Names in lower case. */
export const AGGREGATE_FUNCTIONS: Readonly<Record<string, AggregateFunction>> = {
  avg: { takes: "value", numeric: true, make: () => new Average() },
  count: { takes: "optional", make: () => new Count() },
  count_distinct: { takes: "value", make: () => new CountDistinct() },
  earliest: { takes: "value", byTime: true, make: () => new ByTime(-1) },
  latest: { takes: "value", byTime: true, make: () => new ByTime(1) },
  max: { takes: "value", make: () => new Extreme(1) },
  min: { takes: "value", make: () => new Extreme(-1) },
  pct: { takes: "value and percent", numeric: true, make: (percent) => new Percentile(percent) },
  sortsfirst: { takes: "value", make: () => new BySort(-1) },
  sortslast: { takes: "value", make: () => new BySort(1) },
  stddev: { takes: "value", numeric: true, make: () => new StandardDeviation() },
  sum: { takes: "value", numeric: true, make: () => new Sum() },
};
