/** Reads that the person may not be allowed, and that we can go on without. */
import { isDenied } from "./errors.ts";

/** What AWS refuses to show counts as none, and is noted in `unseen`: nothing is known of it. */
export function allowedReads<What extends string>() {
  const unseen: What[] = [];
  const ifAllowed = async <T>(what: What, read: Promise<T[]>): Promise<T[]> => {
    try {
      return await read;
    } catch (error) {
      if (!isDenied(error)) throw error;
      unseen.push(what);
      return [];
    }
  };
  return { unseen, ifAllowed };
}
