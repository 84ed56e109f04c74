/** What Systems Manager remembers in one Region. */
import type { Process } from "../guest/shell.ts";

export interface SsmState {
  /** Instances whose agent has registered, by instance id. */
  agents: Record<string, AgentState>;
  commands: Record<string, CommandState>;
}

export interface AgentState {
  instanceId: string;
  /** Since the last boot: its connections begin then. */
  registeredAt: number;
  lastPingAt: number;
}

export interface CommandState {
  id: string;
  documentName: string;
  comment?: string;
  parameters: Record<string, string[]>;
  instanceIds: string[];
  requestedAt: number;
  timeoutSeconds: number;
  /** By instance id. */
  invocations: Record<string, InvocationState>;
}

export interface InvocationState {
  status: "Pending" | "Delayed" | "InProgress" | "Success" | "Cancelled" | "TimedOut" | "Failed";
  /** -1 until it ends. */
  responseCode: number;
  stdout: string;
  stderr: string;
  startedAt?: number;
  endedAt?: number;
  /** The agent took it and was never heard of again. */
  unanswered?: true;
  /** GetCommandInvocation does not know it before this world time: InvocationDoesNotExist. */
  visibleAt: number;
  /** Where the guest's shell is in the script. Absent before it begins and once it has ended. */
  process?: Process;
}

export function emptySsmState(): SsmState {
  return { agents: {}, commands: {} };
}
