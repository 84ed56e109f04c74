/** What names mean at one level of a query: the fields that are given, and those that `fields` and `parse` add. */
import type { Compiled, Scope } from "./compile-expression.ts";
import { QueryError } from "./error.ts";

/** A field that is neither discovered nor defined: legal, and empty everywhere. Mostly a slip of the pen. */
export interface UnknownField {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A field that no record has. */
const MISSING = { kind: "plain" as const, evaluate: () => undefined };

export class Names<C> {
  private readonly given: (name: string) => Compiled<C> | undefined;
  private readonly unknown: UnknownField[];
  private readonly ephemeral = new Map<string, Compiled<C>>();

  constructor(given: (name: string) => Compiled<C> | undefined, unknown: UnknownField[]) {
    this.given = given;
    this.unknown = unknown;
  }

  find(name: string): Compiled<C> | undefined {
    // AWS's own sample extracts (?<user2>…) and then groups by @user2.
    const bare = name.startsWith("@") ? this.ephemeral.get(name.slice(1)) : undefined;
    return this.ephemeral.get(name) ?? this.given(name) ?? bare;
  }

  isEphemeral(name: string): boolean {
    return this.ephemeral.has(name);
  }

  define(name: string, compiled: Compiled<C>): void {
    this.ephemeral.set(name, compiled);
  }

  /** A name that means nothing is missing in every record, and noted. */
  get scope(): Scope<C> {
    return this.scopeWith((name, { start, end }) => {
      this.unknown.push({ name, start, end });
      return MISSING;
    });
  }

  /** For the second `stats`, which may use nothing but what the first one made (user guide, "stats"). */
  get strictScope(): Scope<C> {
    return this.scopeWith((name, { start, end }) => {
      throw new QueryError(
        `${name} is not defined by the first stats command`,
        start,
        end,
        "The second `stats` can only use what the first one made.",
      );
    });
  }

  private scopeWith(whereUnknown: Scope<C>["field"]): Scope<C> {
    return {
      column: (written) => this.find(written),
      field: (name, at) => this.find(name) ?? whereUnknown(name, at),
    };
  }
}
