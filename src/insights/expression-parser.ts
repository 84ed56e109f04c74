/**
 * Expressions of the query language, by recursive descent. From loose to tight: or · and · not · comparison, like, in ·
 * + - · * / % · ^ (from the right) · sign. AWS documents the operators but no precedence: this is the usual one.
 */
import type { BinaryOperator, Expression, NamedExpression, Pattern } from "./ast.ts";
import { type QueryError, unexpected } from "./error.ts";
import { isWord, type Token } from "./tokenizer.ts";

const COMPARISONS = new Set(["=", "!=", "<", "<=", ">", ">="]);
const RESERVED = new Set(["and", "or", "not", "in", "like", "by", "as", "asc", "desc"]);

/** How deep parentheses and signs may nest: far beyond any real query, far below the stack's end. */
const DEEPEST = 200;

/** How many operators may stand beside each other, for the same reason: each holds what is to its left. */
const MOST_OPERATORS = 1_000;

export class ExpressionParser {
  readonly text: string;
  readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  private operators = 0;

  constructor(text: string, tokens: readonly Token[]) {
    this.text = text;
    this.tokens = tokens;
  }

  get token(): Token {
    const token = this.tokens[Math.min(this.at, this.tokens.length - 1)];
    if (token === undefined) throw new Error("A token list always ends with an end token.");
    return token;
  }

  get previousEnd(): number {
    return this.tokens[this.at - 1]?.end ?? 0;
  }

  advance(): Token {
    const token = this.token;
    this.at++;
    return token;
  }

  takeSymbol(symbol: string): boolean {
    const found = this.token.kind === "symbol" && this.token.text === symbol;
    if (found) this.at++;
    return found;
  }

  takeWord(word: string): boolean {
    const found = isWord(this.token, word);
    if (found) this.at++;
    return found;
  }

  expectSymbol(symbol: string, hint: string): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(hint);
  }

  unexpected(hint?: string, token: Token = this.token): QueryError {
    return unexpected(this.text, token.start, token.end, hint);
  }

  /** `expression` or `expression as name`. Without an alias the column is called as the expression is written. */
  named(): NamedExpression {
    const expression = this.expression();
    if (!this.takeWord("as")) {
      const name =
        expression.type === "field" ? expression.name : this.text.slice(expression.start, expression.end);
      return { expression, name, aliased: false, start: expression.start, end: expression.end };
    }
    const alias = this.fieldName("a name after `as`");
    return { expression, name: alias.text, aliased: true, start: expression.start, end: alias.end };
  }

  /** One or more, with commas between them. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.takeSymbol(",")) items.push(item());
    return items;
  }

  fieldName(expected: string): Token {
    const token = this.token;
    if (token.kind !== "name" || (token.quoted !== true && RESERVED.has(token.text.toLowerCase()))) {
      throw this.unexpected(`Expected ${expected}.`);
    }
    return this.advance();
  }

  expression(): Expression {
    return this.deeper(() =>
      this.leftToRight(["or"], () => this.leftToRight(["and"], () => this.negation())),
    );
  }

  private deeper(parse: () => Expression): Expression {
    if (++this.depth > DEEPEST) throw this.unexpected("The expression is nested too deeply.");
    const expression = parse();
    this.depth--;
    return expression;
  }

  /** A chain of operators of one precedence, grouped from the left. */
  private leftToRight(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((o) => (/[a-z]/.test(o) ? this.takeWord(o) : this.takeSymbol(o)));
      if (operator === undefined) return left;
      this.countOperator();
      const right = operand();
      left = { type: "binary", operator, left, right, start: left.start, end: right.end };
    }
  }

  private countOperator(): void {
    if (++this.operators > MOST_OPERATORS) throw this.unexpected("The query has too many operators.");
  }

  private negation(): Expression {
    const start = this.token.start;
    if (!this.takeWord("not")) return this.comparison();
    const operand = this.deeper(() => this.negation());
    return { type: "not", operand, start, end: operand.end };
  }

  private comparison(): Expression {
    const left = this.sum();
    const token = this.token;
    if (token.kind === "symbol" && isComparison(token.text)) {
      this.advance();
      const right = this.sum();
      return { type: "binary", operator: token.text, left, right, start: left.start, end: right.end };
    }
    const negated = this.takeWord("not");
    if (this.takeWord("like") || (!negated && this.takeSymbol("=~"))) {
      const pattern = this.pattern();
      return { type: "like", operand: left, pattern, negated, start: left.start, end: pattern.end };
    }
    if (this.takeWord("in")) {
      const elements = this.elements();
      return { type: "in", operand: left, elements, negated, start: left.start, end: this.previousEnd };
    }
    if (negated) throw this.unexpected("Expected `like` or `in` after `not`.");
    return left;
  }

  private pattern(): Pattern {
    const { kind, text, start, end } = this.token;
    if (kind !== "string" && kind !== "regex") {
      throw this.unexpected('Expected a "substring" or a /regular expression/.');
    }
    this.advance();
    return { kind: kind === "regex" ? "regex" : "substring", text, start, end };
  }

  private elements(): (string | number)[] {
    this.expectSymbol("[", 'Expected a list such as ["ACCEPT", "REJECT"] after `in`.');
    const elements = this.list(() => {
      const minus = this.takeSymbol("-");
      const token = this.token;
      if (token.kind === "number") return Number(this.advance().text) * (minus ? -1 : 1);
      if (token.kind === "string" && !minus) return this.advance().text;
      throw this.unexpected("A list holds strings and numbers.");
    });
    this.expectSymbol("]", "Expected `,` or `]`.");
    return elements;
  }

  private sum(): Expression {
    return this.leftToRight(["+", "-"], () => this.product());
  }

  private product(): Expression {
    return this.leftToRight(["*", "/", "%"], () => this.power());
  }

  private power(): Expression {
    const left = this.sign();
    if (!this.takeSymbol("^")) return left;
    this.countOperator();
    const right = this.power();
    return { type: "binary", operator: "^", left, right, start: left.start, end: right.end };
  }

  private sign(): Expression {
    const start = this.token.start;
    if (!this.takeSymbol("-")) return this.primary();
    const operand = this.deeper(() => this.sign());
    return { type: "negate", operand, start, end: operand.end };
  }

  private primary(): Expression {
    const { kind, text, start, end } = this.token;
    switch (kind) {
      case "number":
        this.advance();
        return { type: "number", value: Number(text), start, end };
      case "string":
        this.advance();
        return { type: "string", value: text, start, end };
      case "period":
        this.advance();
        return { type: "period", text, start, end };
      case "name": {
        const token = this.fieldName("a field, a value or a function");
        if (token.quoted === true || !this.takeSymbol("(")) return { type: "field", name: text, start, end };
        const args = this.args();
        return { type: "call", name: text.toLowerCase(), args, start, end: this.previousEnd };
      }
      default: {
        if (!this.takeSymbol("(")) throw this.unexpected("Expected a field, a value or a function.");
        const inner = this.expression();
        this.expectSymbol(")", "Expected `)`.");
        return { ...inner, start, end: this.previousEnd };
      }
    }
  }

  private args(): Expression[] {
    if (this.takeSymbol(")")) return [];
    const args = this.list((): Expression => {
      const { start, end } = this.token;
      return this.takeSymbol("*") ? { type: "star", start, end } : this.expression();
    });
    this.expectSymbol(")", "Expected `,` or `)`.");
    return args;
  }
}

function isComparison(text: string): text is "=" | "!=" | "<" | "<=" | ">" | ">=" {
  return COMPARISONS.has(text);
}
