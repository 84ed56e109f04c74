/**
 * The commands that ask AWS, loaded together: they share nearly everything. Loaded apart, each set of commands would have
 * what it shares in a file of its own, some fifty in all, and every file takes a while to find.
 */
export { doctor } from "./doctor.ts";
export { insights } from "./insights.ts";
export { logs } from "./logs.ts";
export { logsExplain } from "./logs-explain.ts";
export { logsReconcile } from "./logs-reconcile.ts";
export { ping } from "./ping.ts";
export { policy } from "./policy.ts";
export { status } from "./status.ts";
export { teardown } from "./teardown.ts";
export { traffic } from "./traffic.ts";
export { up } from "./up.ts";
export { why } from "./why.ts";
