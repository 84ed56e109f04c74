/** BEHAVIOUR.md against the code: a promise nobody keeps, or a refusal that nobody told, fails here. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Context } from "../../src/simulator/context.ts";
import { OPERATIONS, SERVICES } from "../../src/simulator/index.ts";
import { embedded } from "./embedded.ts";
import { refusedParameters } from "./refused-parameters.ts";

interface Row {
  readonly promises: string;
  readonly refuses: string;
}

const text = readFileSync(new URL("../../src/simulator/BEHAVIOUR.md", import.meta.url), "utf8");
const rows: [operation: string, row: Row][] = [...text.matchAll(/^\| (\w+:\w+) \| (.+?) \| (.+?) \|$/gm)].map(
  ([, operation = "", promises = "", refuses = ""]) => [operation, { promises, refuses }],
);

const operations = SERVICES.flatMap(({ signingName, operations }) =>
  [...operations.values()].map((operation) => ({ name: `${signingName}:${operation.name}`, operation })),
);

test("every operation is listed once, and none that is not there", () => {
  expect(rows.map(([operation]) => operation).sort()).toEqual([...OPERATIONS].sort());
});

test("every operation promises something", () => {
  expect(rows.filter(([, { promises }]) => !/\w/.test(promises))).toEqual([]);
});

test("the parameters that it says are refused are those that the code does not model", () => {
  const said = Object.fromEntries(rows.map(([operation, { refuses }]) => [operation, refuses]));
  const refused = operations.map(({ name, operation }) => [name, refusedParameters(operation) || "–"]);
  expect(said).toEqual(Object.fromEntries(refused));
});

describe("a parameter that is not modelled is refused by name, before anything else is looked at", async () => {
  const { world } = embedded();
  await world.change("us-east-1", () => undefined);

  test.each(operations)("$name", async ({ operation }) => {
    const whole = [...refusedParameters(operation).matchAll(/`(\w+)`/g)].map(
      ([, parameter]) => parameter ?? "",
    );
    for (const parameter of [...whole, "NobodyKnowsIt"])
      await expect(
        world.look("us-east-1", (context: Context) => operation.run(context, { [parameter]: "x" })),
      ).rejects.toMatchObject({
        code: "UnsupportedOperation",
        message: expect.stringContaining(`the parameter ${parameter} of ${operation.name}.`),
      });
  });
});
