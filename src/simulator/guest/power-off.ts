/** When a user-data script has its machine power off. */
import { userDataCommands } from "./user-data-commands.ts";

const MINUTE_MS = 60_000;

/**
 * @param userData in base64
 * @returns ms from when the script runs; undefined where it plans no power-off, or takes it back. `shutdown` without a time
 * means in a minute; a time of day is not modelled.
 */
export function powerOffAfterMs(userData: string): number | undefined {
  const script = Buffer.from(userData, "base64").toString();
  if (!script.startsWith("#!")) return undefined;
  let afterMs: number | undefined;
  for (const { words } of userDataCommands(script, () => "")) {
    const [program = "", ...args] = words;
    if (!/^(\/(usr\/)?sbin\/)?shutdown$/.test(program)) continue;
    if (args.some((arg) => /^(-r|--reboot|-k)$/.test(arg))) continue;
    const time = args.find((arg) => !arg.startsWith("-"));
    const minutes = time === undefined ? "1" : time === "now" ? "0" : /^\+?(\d+)$/.exec(time)?.[1];
    if (args.includes("-c")) afterMs = undefined;
    else if (minutes !== undefined) afterMs = Number(minutes) * MINUTE_MS;
  }
  return afterMs;
}
