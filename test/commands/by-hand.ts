/** What a learner does by hand, beside vpclab, on the embedded AWS of a test's home. */
import { type Aws, connect } from "../../src/aws/clients.ts";
import { openEmbedded } from "../../src/aws/embedded.ts";
import { worldFolder } from "../../src/lab/home.ts";
import { FAST, type LabHome } from "./in-process.ts";

export async function byHand<T>(home: LabHome, work: (aws: Aws) => Promise<T>): Promise<T> {
  const { connection, close } = openEmbedded({ folder: worldFolder(home.folder), speed: FAST });
  try {
    const signal = new AbortController().signal;
    return await work(connect({ region: "us-east-1", signal, embedded: connection }));
  } finally {
    close();
  }
}
