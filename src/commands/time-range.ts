/** `--since 15m`, `--start` and `--end`, checked. */
import { usageError } from "../lab/error.ts";

const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** "15m" in ms. @throws LabError with exit code 2 */
export function period(flag: string, text: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (UNIT_MS[unit] ?? 0);
  if (!(ms > 0)) throw usageError(`${flag} takes a period such as 90s, 15m, 2h or 7d, not "${text}".`);
  return ms;
}

const DATE_AND_TIME =
  /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?))?(Z|[+-]\d{2}:\d{2})?$/;

/**
 * A point in time, in ms: ISO 8601 ("2026-01-31T14:00", UTC where no zone is given), or seconds since 1970 as in the
 * records.
 * @throws LabError with exit code 2
 */
function instant(flag: string, text: string): number {
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1000;
  const [, date, time = "00:00", zone = "Z"] = DATE_AND_TIME.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone}`);
  // 30 February would be 2 March.
  if (Number.isNaN(ms) || new Date(`${date}T00:00Z`).toISOString().slice(0, 10) !== date)
    throw usageError(
      `${flag} takes a time such as 2026-01-31T14:00 (UTC) or 1769868000 (epoch seconds), not "${text}".`,
    );
  return ms;
}

export interface RangeFlags {
  readonly since?: string;
  readonly start?: string;
  readonly end?: string;
}

/** A range in ms; what is open is undefined. */
export interface TimeRange {
  readonly start: number | undefined;
  readonly end: number | undefined;
}

/**
 * Checks the flags, before any call; the service's now comes later.
 * @returns the range, given the service's now in ms; throws, too, where it is still to come
 * @throws LabError with exit code 2
 */
export function timeRange(flags: RangeFlags): (now: number) => TimeRange {
  if (flags.since !== undefined && (flags.start !== undefined || flags.end !== undefined))
    throw usageError("--since counts back from now: give either it, or --start and --end.");
  const since = flags.since === undefined ? undefined : period("--since", flags.since);
  const start = flags.start === undefined ? undefined : instant("--start", flags.start);
  const end = flags.end === undefined ? undefined : instant("--end", flags.end);
  if (start !== undefined && end !== undefined && start >= end)
    throw usageError("--end is not later than --start: the range is empty.");
  return (now) => {
    if (start !== undefined && start > now)
      throw usageError(
        `--start is later than now, ${day(now)} ${timeOfDay(now)} UTC: there are no records yet.`,
      );
    return { start: since === undefined ? start : Math.max(0, now - since), end };
  };
}

/** "14:05:09", UTC as in the records. */
export function timeOfDay(ms: number): string {
  return iso(ms).slice(11, 19);
}

/** "2026-01-31" */
export function day(ms: number): string {
  return iso(ms).slice(0, 10);
}

/** A record may hold any number; what no calendar has is shown as such. */
function iso(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "????-??-??T??:??:??" : date.toISOString();
}
