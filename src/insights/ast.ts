/** A parsed query. Every node knows its place in the text, for messages that point at it. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "and"
  | "or";

export type Expression = Span &
  (
    | { readonly type: "field"; readonly name: string }
    | { readonly type: "number"; readonly value: number }
    | { readonly type: "string"; readonly value: string }
    /** 5m: only bin, datefloor and dateceil take one. */
    | { readonly type: "period"; readonly text: string }
    /** The star of count(*). */
    | { readonly type: "star" }
    | {
        readonly type: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    | { readonly type: "negate"; readonly operand: Expression }
    | { readonly type: "not"; readonly operand: Expression }
    | {
        readonly type: "like";
        readonly operand: Expression;
        readonly pattern: Pattern;
        readonly negated: boolean;
      }
    | {
        readonly type: "in";
        readonly operand: Expression;
        readonly elements: readonly (string | number)[];
        readonly negated: boolean;
      }
    /** `name` in lower case: function names may be written in any case. */
    | { readonly type: "call"; readonly name: string; readonly args: readonly Expression[] }
  );

export type Pattern = Span & { readonly kind: "substring" | "regex"; readonly text: string };

/** An expression with the column name it gets: its alias, else its own text. */
export interface NamedExpression extends Span {
  readonly expression: Expression;
  readonly name: string;
  readonly aliased: boolean;
}

export interface SortKey {
  readonly expression: Expression;
  readonly descending: boolean;
}

export type Command = Span &
  (
    | { readonly command: "fields"; readonly items: readonly NamedExpression[] }
    | { readonly command: "display"; readonly items: readonly NamedExpression[] }
    | { readonly command: "filter"; readonly condition: Expression }
    | {
        readonly command: "stats";
        readonly items: readonly NamedExpression[];
        readonly by: readonly NamedExpression[];
      }
    | { readonly command: "sort"; readonly keys: readonly SortKey[] }
    | { readonly command: "limit"; readonly count: number }
    | { readonly command: "dedup"; readonly items: readonly NamedExpression[] }
    | {
        readonly command: "parse";
        readonly source: Expression;
        readonly pattern: Span & { readonly kind: "glob" | "regex"; readonly text: string };
        readonly aliases: readonly (Span & { readonly name: string })[];
      }
  );

export interface Query {
  readonly text: string;
  readonly commands: readonly Command[];
}
