/** What a client may send by AWS's own schema and the embedded AWS refuses by name. */
import { NormalizedSchema } from "@smithy/core/schema";
import type { Operation } from "../../src/simulator/operation.ts";

/** As BEHAVIOUR.md writes it: names in AWS's order, `X but for Y, Z` where only a part is honoured; "" for none. */
export function refusedParameters({ schema, models }: Operation): string {
  const input = NormalizedSchema.of(schema[4]);
  if (!input.isStructSchema()) return "";
  const refused = [...input.structIterator()].flatMap(([name]) => {
    // Honoured everywhere, by operation() itself.
    if (models.includes(name) || name === "DryRun") return [];
    const parts = models
      .filter((path) => path.startsWith(`${name}.`))
      .map((path) => path.slice(name.length + 1));
    return [parts.length === 0 ? name : `${name} but for ${parts.join(", ")}`];
  });
  return refused.map((text) => `\`${text}\``).join(", ");
}
