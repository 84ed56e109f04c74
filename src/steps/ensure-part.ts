/** A part of the lab is found, else made, and told. */
import { ensure } from "../aws/ensure.ts";
import type { ResourceEvent } from "../lab/narrator.ts";
import type { Part } from "../lab/spec.ts";
import type { LabContext } from "./step.ts";

/** What a step wants to stand, and how it is found and made. */
export interface WantedPart<T> {
  readonly part: Part;
  readonly type: ResourceEvent["type"];
  /** Its purpose in a few words. */
  readonly text: string;
  /** All that carry the part's tags; the first is the one to use. */
  readonly find: () => Promise<readonly T[]>;
  readonly create: () => Promise<T>;
  readonly idOf: (resource: T) => string | undefined;
}

/** @returns the resource, found or made */
export async function ensurePart<T>(lab: LabContext, wanted: WantedPart<T>): Promise<T> {
  const { aws, narrator } = lab;
  const { part, type, text } = wanted;
  const { resource, outcome, ms } = await ensure(
    aws,
    async () => {
      const [first, ...others] = await wanted.find();
      if (first !== undefined && others.length > 0)
        narrator.warn(
          `There is more than one ${part}: ${wanted.idOf(first)} is used, not ${others.map(wanted.idOf).join(", ")}. \`vpclab teardown\` deletes them all.`,
        );
      return first;
    },
    wanted.create,
  );
  narrator.resource({ text, type, part, id: wanted.idOf(resource) ?? "", outcome, ms });
  return resource;
}
