/**
 * Fifty times `kill -9` at a moment that nobody chose, of `up` or of `teardown`, on the world that the program keeps
 * in a file: then one of the two is run to its end and has to end clean. `VPCLAB_KILL_SEED` repeats a session.
 */
import { readdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { freshHome } from "../cli/vpclab.ts";
import { census, shape } from "./census.ts";
import { homeBelow, TEARDOWN, told, UP, worldOf } from "./process.ts";

const ROUNDS = 50;
/** A whole `up` takes about this long here, in real ms. */
const LATEST_KILL_MS = 2_500;

const seed = Number(process.env.VPCLAB_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** Numbers in [0, 1) from a seed (Lehmer's generator). */
function chanceFrom(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe(`${ROUNDS} kills at random moments (VPCLAB_KILL_SEED=${seed})`, () => {
  const home = homeBelow(freshHome(), "home");
  const chance = chanceFrom(seed);
  const either = () => (chance() < 0.5 ? UP : TEARDOWN);
  let complete: readonly string[];
  let empty: ReturnType<typeof census>;

  it("begin with a lab that was built and taken down in peace", async () => {
    const built = await home.vpclab(UP);
    expect(built.code, told(built)).toBe(0);
    const standing = census(worldOf(home));
    const removed = await home.vpclab(TEARDOWN);
    expect(removed.code, told(removed)).toBe(0);
    empty = census(worldOf(home));
    complete = shape(standing, empty);
    expect(complete.length).toBeGreaterThan(20);
  });

  it.each(Array.from({ length: ROUNDS }, (_, index) => index + 1))("round %i ends clean", async () => {
    const killed = either();
    const killedAfterMs = chance() * LATEST_KILL_MS;
    await home.vpclab(killed, {
      during: (process) => {
        const timer = setTimeout(() => process.kill("SIGKILL"), killedAfterMs);
        process.once("exit", () => clearTimeout(timer));
      },
    });
    const next = either();
    const run = await home.vpclab(next);
    const story = `${killed[0]} killed after ${Math.round(killedAfterMs)} ms, then ${next[0]}: ${told(run)}`;
    expect(run.code, story).toBe(0);
    const standing = census(worldOf(home));
    if (next === UP) expect(shape(standing, empty), story).toEqual(complete);
    else expect(Object.fromEntries(standing), story).toEqual(Object.fromEntries(empty));
  });

  it("end with nothing left", async () => {
    const run = await home.vpclab(TEARDOWN);
    expect(run.code, told(run)).toBe(0);
    expect(Object.fromEntries(census(worldOf(home)))).toEqual(Object.fromEntries(empty));
    expect(readdirSync(dirname(home.worldFile)).sort()).toEqual(["time.json", "world.json"]);
  });
});
