/** What a learner does by hand, beside vpclab, on the embedded AWS of a test's home. */
import { type Aws, connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
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
    return await work(connect({ region, signal, embedded: connection }));
  } finally {
    close();
  }
}
