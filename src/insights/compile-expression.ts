/** Expressions as closures: what a query asks is decided once, what a record holds is looked at as little as possible. */
import { AGGREGATE_FUNCTIONS } from "./aggregates.ts";
import type { BinaryOperator, Expression } from "./ast.ts";
import { QueryError } from "./error.ts";
import { PERIOD_FUNCTIONS, SCALAR_FUNCTIONS } from "./functions.ts";
import { parseRegex } from "./pattern.ts";
import { parsePeriod } from "./period.ts";
import { equal, isTrue, type Kind, order, toNumber, toText, type Value } from "./values.ts";

/** An expression ready to run on a context: the reader of an event, or a row of `stats`. */
export interface Compiled<C> {
  readonly kind: Kind;
  readonly evaluate: (context: C) => Value;
  /** The same as a number, where that can be had without making a text of it first. */
  readonly number?: (context: C) => number | undefined;
  /** Fields of a flow log record: their place in the line, by which records can be grouped without cutting it up. */
  readonly place?: number;
}

/** What names mean at one place of a query. */
export interface Scope<C> {
  /** A field by its name. A name that nothing is known of is missing everywhere, or an error, as the scope decides. */
  field(name: string, at: Expression): Compiled<C>;
  /** A column that is called like this whole expression, such as `sum(bytes)` after `stats sum(bytes) by srcAddr`. */
  column?(text: string): Compiled<C> | undefined;
  /** An aggregate function, where one may stand. */
  aggregate?(call: Extract<Expression, { type: "call" }>): Compiled<C>;
}

export function compileExpression<C>(expression: Expression, scope: Scope<C>, text: string): Compiled<C> {
  const compile = (inner: Expression): Compiled<C> => compileExpression(inner, scope, text);
  const column =
    expression.type === "field" ? undefined : scope.column?.(text.slice(expression.start, expression.end));
  if (column !== undefined) return column;
  switch (expression.type) {
    case "field":
      return scope.field(expression.name, expression);
    case "number":
    case "string": {
      const { value } = expression;
      return plain(() => value);
    }
    case "period":
      throw error(
        `unexpected period ${expression.text}`,
        expression,
        "Only bin, datefloor and dateceil take one.",
      );
    case "star":
      throw error("unexpected symbol found *", expression, "Only count takes a star.");
    case "negate": {
      const { evaluate } = compile(expression.operand);
      return plain((c) => {
        const number = toNumber(evaluate(c));
        return number === undefined ? undefined : -number;
      });
    }
    case "not": {
      const { evaluate } = compile(expression.operand);
      return plain((c) => !isTrue(evaluate(c)));
    }
    case "binary":
      return plain(compileBinary(expression.operator, expression.left, expression.right, compile));
    case "like":
      return plain(compileLike(expression, compile(expression.operand).evaluate));
    case "in":
      return plain(compileIn(expression, compile(expression.operand).evaluate));
    case "call":
      return compileCall(expression, scope, compile);
  }
}

function plain<C>(evaluate: (context: C) => Value): Compiled<C> {
  return { kind: "plain", evaluate };
}

function error(message: string, at: Expression, hint?: string): QueryError {
  return new QueryError(message, at.start, at.end, hint);
}

type Evaluate<C> = (context: C) => Value;

function compileBinary<C>(
  operator: BinaryOperator,
  leftExpression: Expression,
  rightExpression: Expression,
  compile: (expression: Expression) => Compiled<C>,
): Evaluate<C> {
  const left = compile(leftExpression).evaluate;
  const right = compile(rightExpression).evaluate;
  switch (operator) {
    case "and":
      return (c) => isTrue(left(c)) && isTrue(right(c));
    case "or":
      return (c) => isTrue(left(c)) || isTrue(right(c));
    case "=":
      return compileEqual(left, right, rightExpression);
    // The opposite of =, so that a filter and its negation split the records: a missing value is != anything [U].
    case "!=": {
      const same = compileEqual(left, right, rightExpression);
      return (c) => !same(c);
    }
    case "<":
      return comparison(left, right, (difference) => difference < 0);
    case "<=":
      return comparison(left, right, (difference) => difference <= 0);
    case ">":
      return comparison(left, right, (difference) => difference > 0);
    case ">=":
      return comparison(left, right, (difference) => difference >= 0);
    default:
      return arithmetic(left, right, ARITHMETIC[operator]);
  }
}

/** The common filters compare with a constant: text that is no number needs no look at numbers at all. */
function compileEqual<C>(left: Evaluate<C>, right: Evaluate<C>, constant: Expression): Evaluate<C> {
  if (constant.type === "string" && toNumber(constant.value) === undefined) {
    const wanted = constant.value;
    return (c) => left(c) === wanted;
  }
  return (c) => equal(left(c), right(c));
}

function comparison<C>(
  left: Evaluate<C>,
  right: Evaluate<C>,
  holds: (difference: number) => boolean,
): Evaluate<C> {
  return (c) => {
    const difference = order(left(c), right(c));
    return difference !== undefined && holds(difference);
  };
}

const ARITHMETIC: Readonly<Record<"+" | "-" | "*" | "/" | "%" | "^", (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
};

/** Missing where an operand is no number or the result is none, as after a division by zero. */
function arithmetic<C>(
  left: Evaluate<C>,
  right: Evaluate<C>,
  apply: (a: number, b: number) => number,
): Evaluate<C> {
  return (c) => {
    const a = toNumber(left(c));
    const b = toNumber(right(c));
    return a === undefined || b === undefined ? undefined : toNumber(apply(a, b));
  };
}

function compileLike<C>(like: Extract<Expression, { type: "like" }>, operand: Evaluate<C>): Evaluate<C> {
  const { pattern, negated } = like;
  let matches: (text: string) => boolean;
  if (pattern.kind === "substring") {
    matches = (text) => text.includes(pattern.text);
  } else {
    const { regex } = parseRegex(pattern.text, pattern);
    matches = (text) => regex.test(text);
  }
  return (c) => {
    const text = toText(operand(c));
    return (text !== undefined && matches(text)) !== negated;
  };
}

function compileIn<C>(list: Extract<Expression, { type: "in" }>, operand: Evaluate<C>): Evaluate<C> {
  const { elements, negated } = list;
  const numbers = new Set(elements.map((element) => toNumber(element)));
  numbers.delete(undefined);
  const texts = new Set(elements.map((element) => toText(element)));
  return (c) => {
    const value = operand(c);
    const number = numbers.size === 0 ? undefined : toNumber(value);
    const found =
      value !== undefined && (texts.has(toText(value)) || (number !== undefined && numbers.has(number)));
    return found !== negated;
  };
}

function compileCall<C>(
  call: Extract<Expression, { type: "call" }>,
  scope: Scope<C>,
  compile: (expression: Expression) => Compiled<C>,
): Compiled<C> {
  if (PERIOD_FUNCTIONS.has(call.name)) return compileRounding(call, scope, compile);
  if (Object.hasOwn(AGGREGATE_FUNCTIONS, call.name)) {
    if (scope.aggregate !== undefined) return scope.aggregate(call);
    throw error(`the function ${call.name} can only be used in stats`, call);
  }
  const definition = Object.hasOwn(SCALAR_FUNCTIONS, call.name) ? SCALAR_FUNCTIONS[call.name] : undefined;
  if (definition === undefined) throw error(`the function ${call.name} is not supported here`, call);
  checkCount(call, definition.least, definition.most);
  const apply = definition.make();
  const args = call.args.map(compile);
  const kind = call.name === "coalesce" ? kindOfAll(args) : (definition.kind ?? "plain");
  const [first, second] = args;
  if (first !== undefined && second === undefined) {
    const { evaluate } = first;
    return { kind, evaluate: (c) => apply([evaluate(c)]) };
  }
  return { kind, evaluate: (c) => apply(args.map((arg) => arg.evaluate(c))) };
}

function kindOfAll<C>(args: readonly Compiled<C>[]): Kind {
  return args.every((arg) => arg.kind === "timestamp") ? "timestamp" : "plain";
}

/** bin(5m) rounds @timestamp; datefloor and dateceil round what they are given. */
function compileRounding<C>(
  call: Extract<Expression, { type: "call" }>,
  scope: Scope<C>,
  compile: (expression: Expression) => Compiled<C>,
): Compiled<C> {
  const ofBin = call.name === "bin";
  checkCount(call, ofBin ? 1 : 2, ofBin ? 1 : 2);
  const [first, second] = call.args;
  const periodExpression = ofBin ? first : second;
  if (first === undefined || periodExpression === undefined) throw error(`${call.name} needs a period`, call);
  const period = periodExpression.type === "period" ? parsePeriod(periodExpression.text) : undefined;
  if (period === undefined) {
    throw error(
      `${call.name} needs a period`,
      periodExpression,
      "A period is a number and a unit: 30s, 5m, 1h, 1d, 1w, 1mo, 1q, 1y.",
    );
  }
  const { evaluate } = ofBin ? scope.field("@timestamp", call) : compile(first);
  const round = call.name === "dateceil" ? period.ceil : period.floor;
  return {
    kind: "timestamp",
    evaluate: (c) => {
      const ms = toNumber(evaluate(c));
      return ms === undefined ? undefined : round(ms);
    },
  };
}

/** Refuses a call with too few or too many arguments. */
export function checkCount(call: Extract<Expression, { type: "call" }>, least: number, most: number): void {
  const count = call.args.length;
  if (count >= least && count <= most) return;
  const wanted = least === most ? String(least) : most >= 255 ? `${least} or more` : `${least} to ${most}`;
  throw error(
    `the function ${call.name} takes ${wanted} argument${wanted === "1" ? "" : "s"}, not ${count}`,
    call,
  );
}
