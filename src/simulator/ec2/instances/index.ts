/** Instances with their network interfaces and volumes: the operations, and what happens by itself. */
import type { EventHandler } from "../../context.ts";
import { firstBootEvents } from "../../guest/first-boot.ts";
import type { Operation } from "../../operation.ts";
import { attributeOperations } from "./attributes.ts";
import { describeInstanceOperations } from "./describe-instances.ts";
import { lifecycleEvents, lifecycleOperations } from "./lifecycle.ts";
import { networkInterfaceOperations } from "./network-interfaces.ts";
import { runInstances } from "./run-instances.ts";
import { volumeEvents, volumeOperations } from "./volumes.ts";

export const instanceOperations: Operation[] = [
  runInstances,
  ...lifecycleOperations,
  ...describeInstanceOperations,
  ...attributeOperations,
  ...networkInterfaceOperations,
  ...volumeOperations,
];

export const instanceEvents: Record<string, EventHandler> = {
  ...lifecycleEvents,
  ...firstBootEvents,
  ...volumeEvents,
};
