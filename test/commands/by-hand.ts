/** What a learner does by hand, beside vpclab, on the embedded AWS of a test's home. */
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import { type Aws, connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { whoAmI } from "../../src/aws/identity.ts";
import { worldFolder } from "../../src/lab/home.ts";
import type { LabHome } from "./in-process.ts";

export async function byHand<T>(
  home: LabHome,
  work: (aws: Aws) => Promise<T>,
  region = "us-east-1",
): Promise<T> {
  const { connection, close } = openEmbedded({ folder: worldFolder(home.folder), speed: "virtual" });
  try {
    const signal = new AbortController().signal;
    const aws = connect({ region, signal, embedded: connection });
    // The world's clock is the world's only once it has been asked something.
    await aws.sts.send(new GetCallerIdentityCommand({}));
    return await work(aws);
  } finally {
    close();
  }
}

/** Lets world time pass, and with it happen what is due by then. */
export function letTimePass(home: LabHome, ms: number): Promise<unknown> {
  return byHand(home, async (aws) => {
    // A world tells its time when it is first asked something, and takes note of ours when it is asked again.
    await whoAmI(aws);
    await aws.clock.sleep(ms);
    await whoAmI(aws);
  });
}
