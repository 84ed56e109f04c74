import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ScaledClock, VirtualClock, type WorldClock } from "../../src/simulator/clock.ts";
import { createEmbeddedAws } from "../../src/simulator/index.ts";
import { inProcessHandler } from "../../src/simulator/request-handler.ts";
import { FileStorage } from "../../src/simulator/storage.ts";
import { temporaryFolder } from "../temporary-folder.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
});

/** Opens the folder's world as another process would. */
function open(clock: WorldClock = new VirtualClock()) {
  const storage = new FileStorage(folder);
  const aws = createEmbeddedAws({ storage, clock });
  const ec2 = new EC2Client({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "x" },
    requestHandler: inProcessHandler(aws),
    maxAttempts: 1,
  });
  return { aws, ec2, clock, storage };
}

const cidrs = async (ec2: EC2Client) =>
  (await ec2.send(new DescribeVpcsCommand({}))).Vpcs?.map(({ CidrBlock }) => CidrBlock).sort();

/** Asked for, and some moments from pending acceptance. @returns its id */
async function askForPeering(ec2: EC2Client): Promise<string | undefined> {
  const vpcIds: (string | undefined)[] = [];
  for (const CidrBlock of ["10.1.0.0/16", "10.2.0.0/16"])
    vpcIds.push((await ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId);
  const [VpcId, PeerVpcId] = vpcIds;
  const asked = await ec2.send(new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId }));
  return asked.VpcPeeringConnection?.VpcPeeringConnectionId;
}

async function peeringStatus(ec2: EC2Client): Promise<string | undefined> {
  const { VpcPeeringConnections } = await ec2.send(new DescribeVpcPeeringConnectionsCommand({}));
  return VpcPeeringConnections?.[0]?.Status?.Code;
}

describe("a saved world", () => {
  it("is there again for the next process", async () => {
    await open().ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    expect(await cidrs(open().ec2)).toEqual(["10.1.0.0/16", "172.31.0.0/16"]);
  });

  it("loses no write of two processes that share it", async () => {
    const [one, other] = [open(), open()];
    await Promise.all([
      one.ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" })),
      other.ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" })),
      one.ec2.send(new CreateVpcCommand({ CidrBlock: "10.3.0.0/16" })),
    ]);
    const all = ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "172.31.0.0/16"];
    expect(await cidrs(one.ec2)).toEqual(all);
    expect(await cidrs(other.ec2)).toEqual(all);
  });

  it("is as it was before a call that was refused", async () => {
    const { ec2 } = open();
    await ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const before = readFileSync(join(folder, "world.json"), "utf8");
    await expect(ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/8" }))).rejects.toThrow();
    expect(readFileSync(join(folder, "world.json"), "utf8")).toBe(before);
  });

  it.each([
    ["garbage", "not a world"],
    ["cut off", '{"format":1,"regions":{'],
    ["empty", ""],
    ["of another version", '{"format":99,"regions":{},"iam":{},"events":[]}'],
  ])("that is %s is named, and left as it is", async (_what, text) => {
    const place = join(folder, "world.json");
    writeFileSync(place, text);
    await expect(cidrs(open().ec2)).rejects.toThrow(place);
    await expect(open().ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }))).rejects.toThrow(place);
    expect(readFileSync(place, "utf8")).toBe(text);
  });

  it("that is a folder is named too", async () => {
    mkdirSync(join(folder, "world.json"));
    await expect(cidrs(open().ec2)).rejects.toThrow(join(folder, "world.json"));
  });

  it("is as it was before a call that could not be saved", async () => {
    const { ec2, storage } = open();
    await ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const full = vi.spyOn(storage, "write").mockImplementation(() => {
      throw new Error("ENOSPC");
    });
    await expect(ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" }))).rejects.toThrow("ENOSPC");
    full.mockRestore();
    expect(await cidrs(ec2)).toEqual(["10.1.0.0/16", "172.31.0.0/16"]);
  });

  it("is locked and written once for looks that come together, however much has come due", async () => {
    const { ec2, clock, storage } = open();
    await askForPeering(ec2);
    await clock.sleep(600_000);
    const locked = vi.spyOn(storage, "exclusively");
    await Promise.all([1, 2, 3, 4].map(() => peeringStatus(ec2)));
    expect(await peeringStatus(ec2)).toBe("pending-acceptance");
    expect(locked).toHaveBeenCalledTimes(1);
  });

  it("is written once for a look, however much comes due while that lasts", async () => {
    const { ec2, clock, storage } = open();
    await askForPeering(ec2);
    await clock.sleep(600_000);
    const exclusively = storage.exclusively.bind(storage);
    const locked = vi.spyOn(storage, "exclusively").mockImplementation(async (work) => {
      const done = await exclusively(work);
      clock.advanceTo(clock.now() + 7 * 86_400_000);
      return done;
    });
    expect(await peeringStatus(ec2)).toBe("expired");
    expect(locked).toHaveBeenCalledTimes(1);
  });

  it("is not written for a look at what came by itself, which the next process sees too", async () => {
    const { ec2, clock } = open();
    const VpcPeeringConnectionId = await askForPeering(ec2);
    const before = readFileSync(join(folder, "world.json"), "utf8");
    await clock.sleep(30_000);
    expect(await peeringStatus(ec2)).toBe("pending-acceptance");
    expect(readFileSync(join(folder, "world.json"), "utf8")).toBe(before);
    const next = open(new VirtualClock(0));
    expect(await peeringStatus(next.ec2)).toBe("pending-acceptance");
    expect(next.clock.now()).toBe(clock.now());
    await next.ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId }));
    expect(await peeringStatus(ec2)).toMatch(/delet/);
  });

  it("is written for a look where nobody has for minutes, so that nobody has much to catch up with", async () => {
    const { ec2, clock } = open();
    await askForPeering(ec2);
    const before = readFileSync(join(folder, "world.json"), "utf8");
    await clock.sleep(600_000);
    expect(await peeringStatus(ec2)).toBe("pending-acceptance");
    expect(readFileSync(join(folder, "world.json"), "utf8")).not.toBe(before);
  });

  it("is readable by its owner only", async () => {
    await open().ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    expect(statSync(join(folder, "world.json")).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  it("keeps what cannot happen, and says so at every call", async () => {
    const place = join(folder, "world.json");
    await open().ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const state = JSON.parse(readFileSync(place, "utf8"));
    state.events.unshift({ at: state.changedAt, region: "us-east-1", kind: "of a later version" });
    writeFileSync(place, JSON.stringify(state));
    const { ec2 } = open();
    for (const _ of ["first", "again"]) await expect(cidrs(ec2)).rejects.toThrow("of a later version");
    const change = () => ec2.send(new CreateVpcCommand({ CidrBlock: "10.2.0.0/16" }));
    for (const _ of ["first", "again"]) await expect(change()).rejects.toThrow("of a later version");
    expect(JSON.parse(readFileSync(place, "utf8"))).toEqual(state);
  });

  it("does not go back in time where a process ends that has not looked for long", async () => {
    const [idle, busy] = [open(), open()];
    await askForPeering(busy.ec2);
    await cidrs(idle.ec2);
    await busy.clock.sleep(60_000);
    expect(await peeringStatus(busy.ec2)).toBe("pending-acceptance");
    busy.aws.world.close();
    idle.aws.world.close();
    const next = open(new VirtualClock(0));
    expect(await peeringStatus(next.ec2)).toBe("pending-acceptance");
    expect(next.clock.now()).toBe(busy.clock.now());
  });

  it("goes on in real time where a process ends after a call that was refused", async () => {
    const { aws, ec2, storage } = open(new ScaledClock(60));
    await cidrs(ec2);
    await expect(ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/8" }))).rejects.toThrow();
    aws.world.close();
    expect(storage.readTime()).toMatchObject({ speed: 1 });
  });

  it("never goes back in time, whatever the next process's clock says", async () => {
    const first = open(new VirtualClock(Date.UTC(2036, 5, 1)));
    await first.ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const second = open(new ScaledClock(60, Date.UTC(2026, 0, 1)));
    await cidrs(second.ec2);
    expect(second.clock.now()).toBeGreaterThanOrEqual(Date.UTC(2036, 5, 1));
  });
});

describe("a world that was closed for long", () => {
  it("has gone on for an hour at the most, whatever this machine's clock says", async () => {
    const then = Date.UTC(2020, 0, 1);
    const first = open(new VirtualClock(then));
    await first.ec2.send(new CreateVpcCommand({ CidrBlock: "10.1.0.0/16" }));
    const later = open(new ScaledClock(60));
    await cidrs(later.ec2);
    expect(later.clock.now()).toBeGreaterThanOrEqual(then);
    expect(later.clock.now()).toBeLessThan(then + 2 * 3_600_000);
  });
});

describe("world time", () => {
  it("runs at its speed while it is asked", async () => {
    const clock = new ScaledClock(600, 0);
    await clock.sleep(6_000);
    expect(clock.now()).toBeGreaterThanOrEqual(6_000);
    expect(clock.now()).toBeLessThan(600_000);
  });

  it("jumps to the earliest sleeper, in order", async () => {
    const clock = new VirtualClock(0);
    const woken: string[] = [];
    await Promise.all(
      [3_000, 1_000, 2_000].map(async (ms) => {
        await clock.sleep(ms);
        woken.push(`${ms} at ${clock.now()}`);
      }),
    );
    expect(woken).toEqual(["1000 at 1000", "2000 at 2000", "3000 at 3000"]);
  });

  it("ends a sleep with the signal's reason", async () => {
    for (const clock of [new VirtualClock(0), new ScaledClock(1)]) {
      const controller = new AbortController();
      const sleeping = clock.sleep(60_000, controller.signal);
      const reason = new Error("enough");
      controller.abort(reason);
      await expect(sleeping).rejects.toBe(reason);
      await expect(clock.sleep(1, controller.signal)).rejects.toBe(reason);
    }
  });
});
