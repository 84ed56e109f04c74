/** Opens the embedded AWS in this process, for `connect`. Loaded only when it is used. */
import { ScaledClock, VirtualClock, type WorldClock } from "../simulator/clock.ts";
import { grantQuotas } from "../simulator/ec2/quotas.ts";
import { createEmbeddedAws } from "../simulator/index.ts";
import { inProcessHandler } from "../simulator/request-handler.ts";
import { FileStorage, MemoryStorage } from "../simulator/storage.ts";
import type { ConnectOptions } from "./clients.ts";

export interface EmbeddedOptions {
  /** The world's folder, or undefined for a world that is forgotten at the end. */
  readonly folder: string | undefined;
  /** World seconds for one real second, or "virtual": time jumps to whatever is waited for. */
  readonly speed: number | "virtual";
  /** What one call costs, in ms of world time. Default 0. */
  readonly callLatencyMs?: number;
}

export interface Embedded {
  readonly connection: NonNullable<ConnectOptions["embedded"]>;
  /** Gives the account a quota of its own: VPCs in a Region, the default VPC counted, and gateways with them. */
  grantVpcs(quota: number): Promise<void>;
  /** To be called at the end: from then on the world goes on in real time. */
  close(): void;
}

/** @throws DamagedWorldError if the saved world cannot be read */
export function openEmbedded(options: EmbeddedOptions): Embedded {
  const clock: WorldClock = options.speed === "virtual" ? new VirtualClock() : new ScaledClock(options.speed);
  const storage = options.folder === undefined ? new MemoryStorage() : new FileStorage(options.folder);
  // Where time is made up, chance would be the only thing left that differs from run to run.
  const seed = options.speed === "virtual" ? 1 : undefined;
  const aws = createEmbeddedAws({ storage, clock, seed });
  aws.world.open();
  return {
    connection: {
      requestHandler: inProcessHandler(aws, { callLatencyMs: options.callLatencyMs ?? 0 }),
      clock,
      // Not checked by the embedded AWS; AWS's own example keys, so that nobody takes them for real ones.
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-secret" },
    },
    grantVpcs: (vpcs) => aws.world.change("us-east-1", (context) => grantQuotas(context, { vpcs })),
    close: () => aws.world.close(),
  };
}
