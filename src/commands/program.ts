/** What every command is given: the terminal, the signal of Ctrl-C, and the options that all of them share. */
import type { Embedded } from "../aws/embedded.ts";
import type { Terminal } from "../ui/terminal.ts";

export interface Program {
  readonly terminal: Terminal;
  /** Aborted by the first Ctrl-C, with an `Interrupted`. */
  readonly signal: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  /** Where local files are kept; see lab/home.ts. */
  readonly home: string;
  /** The embedded AWS to use instead of the one kept in `home`: for those who watch its calls, or share it. */
  readonly embedded?: Embedded;
}

/** As commander parses them; absent where the flag was not given. */
export interface GlobalOptions {
  readonly lab?: string;
  readonly region?: string;
  readonly profile?: string;
  /** true: --simulate, false: --no-simulate. */
  readonly simulate?: boolean;
  readonly endpointUrl?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
}
