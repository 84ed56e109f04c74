/** Lets somebody at the terminal skip a wait by Enter. */
import type { Terminal } from "./terminal.ts";

/**
 * Listens for Enter until `stop` is called. The terminal stays in line mode, so that Ctrl-C goes on interrupting.
 * @returns a signal that is aborted by Enter; never, where nobody is there to press it
 */
export function skipByEnter(terminal: Terminal): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  if (!terminal.isInteractive) return { signal: controller.signal, stop: () => undefined };
  const { stdin } = terminal;
  const skip = () => controller.abort();
  stdin.on("data", skip);
  stdin.resume();
  return {
    signal: controller.signal,
    stop() {
      stdin.off("data", skip);
      // Left flowing, it would keep the process alive and swallow what is typed before the next prompt.
      stdin.pause();
    },
  };
}
