/** Figures as people read them: durations, money, bytes, counts. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds as a stopwatch shows them, whole seconds: "0:41", "12:05", "1:02:03". */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** Milliseconds of a single call: "0.4 s" below a minute, "1:05" from there on. */
export function shortDuration(ms: number): string {
  return ms < MINUTE - 50 ? `${(Math.max(0, ms) / SECOND).toFixed(1)} s` : duration(ms);
}

/** Milliseconds in words: up to 90 seconds, then up to 120 minutes, up to 48 hours, and days. */
export function durationInWords(ms: number): string {
  if (ms < 90 * SECOND) return plural(Math.max(0, Math.round(ms / SECOND)), "second");
  if (ms < 2 * HOUR) return plural(Math.round(ms / MINUTE), "minute");
  if (ms < 2 * DAY) return plural(Math.round(ms / HOUR), "hour");
  return plural(Math.round(ms / DAY), "day");
}

/** US dollars: "$0.81", and three decimals below ten cents, where hourly prices live: "$0.034". */
export function money(dollars: number): string {
  if (dollars < 0) return `-${money(-dollars)}`;
  if (dollars === 0) return "$0.00";
  if (dollars < 0.0005) return "less than $0.001";
  return `$${withSeparators(dollars.toFixed(dollars < 0.0995 ? 3 : 2))}`;
}

/** Bytes: exact below 1,000 ("420 bytes"), then in powers of 1,000 with one decimal ("1.2 kB", "3.4 GB"). */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 and more would round to "1000.0".
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${withSeparators(value.toFixed(1))} ${units[unit]}`;
}

/** A number with thousands separated, of three decimals at most: "12,345". */
export function count(value: number): string {
  return withSeparators(String(Number(value.toFixed(3))));
}

/** By hand, because the first use of Intl in a process takes as long as Node to start. */
function withSeparators(digits: string): string {
  return digits.replace(/\d(?=(?:\d{3})+(?:\.|$))/g, "$&,");
}

/** A count with its noun: "1 deletion", "19 deletions", "2 policies" with `plural(2, "policy", "policies")`. */
export function plural(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
