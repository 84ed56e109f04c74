/** The lab: all its steps, in the learner's order. */
import { analyze } from "./analyze.ts";
import { firstPing } from "./first-ping.ts";
import { flowLog } from "./flow-log.ts";
import { instances } from "./instances.ts";
import { logGroup } from "./log-group.ts";
import { peering } from "./peering.ts";
import { prepare } from "./prepare.ts";
import type { Step } from "./step.ts";
import { vpcs } from "./vpcs.ts";

export const STEPS: readonly Step[] = [
  prepare,
  vpcs,
  instances,
  logGroup,
  flowLog,
  firstPing,
  peering,
  analyze,
];
