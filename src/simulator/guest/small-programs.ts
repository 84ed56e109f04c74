/** The programs of a few lines. */
import { fail, type Program } from "./program.ts";

export const echo: Program = (_, args) => {
  const endsLine = args[0] !== "-n";
  return { stdout: (endsLine ? args : args.slice(1)).join(" ") + (endsLine ? "\n" : ""), next: { exit: 0 } };
};

export const succeed: Program = () => ({ next: { exit: 0 } });

export const failing: Program = () => ({ next: { exit: 1 } });

export const sleep: Program = (_, args, memory) => {
  if (memory !== undefined) return { next: { exit: 0 } };
  const [text = ""] = args;
  const match = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text);
  if (args.length !== 1 || !match) return fail(`sleep: invalid time interval ‘${text}’`, 1);
  const unitMs = { s: 1_000, m: 60_000, h: 3_600_000 }[match[2] || "s"] ?? 1_000;
  return { next: { waitMs: Number(match[1]) * unitMs, memory: "asleep" } };
};

export const hostname: Program = (machine, args) => {
  if (args.length === 0) return { stdout: `${machine.hostname}\n`, next: { exit: 0 } };
  if (args[0] === "-I") return { stdout: `${machine.privateAddress} \n`, next: { exit: 0 } };
  if (args[0] === "-s") return { stdout: `${machine.hostname.split(".")[0]}\n`, next: { exit: 0 } };
  return fail(`hostname: option ${args[0]} is not modelled by the instances of vpclab's embedded AWS`, 2);
};
