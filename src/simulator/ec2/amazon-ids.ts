/** Ids of what is there before anybody makes anything (images, prefix lists, DHCP options): always the same again. */

/** 16 hex digits that depend on the text alone (FNV-1a, 64 bits). */
export function hexDigits(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const character of text) {
    hash = ((hash ^ BigInt(character.codePointAt(0) ?? 0)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, "0");
}
