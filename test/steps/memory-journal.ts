import type { Journal, JournalEntry } from "../../src/lab/journal.ts";

/** A journal that lives as long as the test. */
export function memoryJournal(): Journal {
  const entries: JournalEntry[] = [];
  return { entries: () => entries, add: (entry) => void entries.push(entry) };
}
