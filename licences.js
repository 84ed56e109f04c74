// The licences of what is bundled, as one text for the package: they ask to be handed on with the code.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @param metafile esbuild's: what went into the bundle, and how much of it came out
 * @returns every package that left a byte in the bundle, with its licence and NOTICE as its authors ship them; packages
 *   under the same text share it
 * @throws Error where a package names no licence or brings no text of it: then a person has to look
 */
export function licencesOf(metafile) {
  const packages = bundledFolders(metafile).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return { name, version, license, text: textsIn(folder) };
  });
  // Some of the SDK's packages come without. The text of Apache-2.0 names no owner, so any copy of it is theirs.
  const apache = packages.find(({ license, text }) => license === "Apache-2.0" && text !== "")?.text ?? "";
  const sharers = new Map();
  for (const { name, version, license, text } of packages) {
    const shown = text === "" && license === "Apache-2.0" ? apache : text;
    if (typeof license !== "string" || shown === "") throw new Error(`${name} comes without its licence`);
    sharers.set(shown, [...(sharers.get(shown) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...sharers].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  return ["vpclab contains these packages, under the licences below.\n", ...parts].join(
    `\n${"-".repeat(80)}\n`,
  );
}

function bundledFolders({ outputs }) {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0])
      .filter((folder) => folder !== undefined),
  );
  return [...new Set(folders)].sort();
}

/** Licence first, then NOTICE; "" where there is neither. */
function textsIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^(licen[cs]e|copying|notice)/i.test(name))
    .sort((one, other) => Number(/^notice/i.test(one)) - Number(/^notice/i.test(other)))
    .map((name) =>
      readFileSync(join(folder, name), "utf8")
        .replaceAll("\r\n", "\n")
        .replace(/^\n+|\s+$/g, ""),
    )
    .join("\n\n");
}
