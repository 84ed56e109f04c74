/** Words of commands that a person is to copy. */

/** As a shell takes it for one word, whatever it holds: ids are AWS's, names are anybody's. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
