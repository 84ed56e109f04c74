/** One service of the embedded AWS: its operations, and what happens in it by itself. */
import type { EventHandler } from "./context.ts";
import type { Operation } from "./operation.ts";

export interface Service {
  /** As in the signature's credential scope: ec2, iam, logs, ssm, sts. */
  readonly signingName: string;
  readonly protocol: "ec2" | "common" | "json";
  /** First part of `X-Amz-Target` (JSON protocol only). */
  readonly targetPrefix?: string;
  readonly operations: ReadonlyMap<string, Operation>;
  readonly events: Readonly<Record<string, EventHandler>>;
}

/** @throws if two operations share a name: a mistake in the program */
export function byName(operations: readonly Operation[]): ReadonlyMap<string, Operation> {
  const map = new Map(operations.map((operation) => [operation.name, operation]));
  if (map.size !== operations.length) throw new Error("an operation is declared twice");
  return map;
}
