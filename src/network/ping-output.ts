/**
 * What `ping` printed, as numbers. Understands iputils (Linux), macOS and the BSDs, BusyBox, and Windows in English;
 * each ends in a summary, and that is what counts.
 */

export interface PingStatistics {
  readonly sent: number;
  /** Replies, duplicates not counted. */
  readonly received: number;
  /** 0 to 100, to four decimals. */
  readonly lossPercent: number;
  /** Round-trip times in ms; null without replies. */
  readonly rttMs: RoundTripTimes | null;
}

export interface RoundTripTimes {
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  /**
   * Standard deviation. Windows and BusyBox print none: then it is worked out from the lines of the replies, which
   * Windows rounds to whole ms ("time<1ms" counts as 0, as in its own summary).
   */
  readonly mdev: number;
}

/** @returns undefined where there is no summary: ping was not found, refused its arguments, or was cut off */
export function parsePingOutput(text: string): PingStatistics | undefined {
  return parseUnix(text) ?? parseWindows(text);
}

function parseUnix(text: string): PingStatistics | undefined {
  const counts = /(\d+) packets transmitted, (\d+) (?:packets )?received,.*% packet loss/.exec(text);
  if (!counts) return undefined;
  const times =
    /min\/avg\/max(?:\/(?:mdev|stddev|std-dev))? = ([\d.]+)\/([\d.]+)\/([\d.]+)(?:\/([\d.]+))? ms/.exec(text);
  return statistics(
    Number(counts[1]),
    Number(counts[2]),
    times && {
      min: Number(times[1]),
      avg: Number(times[2]),
      max: Number(times[3]),
      mdev: times[4] === undefined ? deviation(replyTimes(text)) : Number(times[4]),
    },
  );
}

function parseWindows(text: string): PingStatistics | undefined {
  const counts = /Sent = (\d+), Received = (\d+), Lost = \d+ \(\d+% loss\)/.exec(text);
  if (!counts) return undefined;
  const times = /Minimum = (\d+)ms, Maximum = (\d+)ms, Average = (\d+)ms/.exec(text);
  // Windows counts a router's "Destination host unreachable" as a reply received.
  const complaints = text.match(/^Reply from [^\r\n]*?: (?!bytes=)/gm)?.length ?? 0;
  return statistics(
    Number(counts[1]),
    Math.max(0, Number(counts[2]) - complaints),
    times && {
      min: Number(times[1]),
      max: Number(times[2]),
      avg: Number(times[3]),
      mdev: deviation(replyTimes(text)),
    },
  );
}

function statistics(sent: number, received: number, times: RoundTripTimes | null): PingStatistics {
  const lossPercent = sent === 0 ? 0 : Math.round(((sent - received) / sent) * 1_000_000) / 10_000;
  return { sent, received, lossPercent, rttMs: received === 0 ? null : times };
}

/** The times of the single replies, in ms. */
function replyTimes(text: string): number[] {
  return [...text.matchAll(/time([=<])([\d.]+) ?ms/g)].map(([, sign, ms]) => (sign === "<" ? 0 : Number(ms)));
}

/** To three decimals, as ping prints it; 0 for no times at all. */
function deviation(times: readonly number[]): number {
  if (times.length === 0) return 0;
  const average = times.reduce((sum, ms) => sum + ms, 0) / times.length;
  const variance = times.reduce((sum, ms) => sum + (ms - average) ** 2, 0) / times.length;
  return Math.round(Math.sqrt(variance) * 1000) / 1000;
}
