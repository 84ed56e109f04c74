/** AWS's errors in words: the code is kept, the cause and the fix are added where AWS's message is opaque. */
import { LabError, messageOf } from "../lab/error.ts";
import { denial } from "./denial.ts";
import { codeOf } from "./errors.ts";
import { strangeAnswer } from "./strange-answer.ts";
import { TRANSLATIONS } from "./translations.ts";

/** Anything thrown, as something that can be told. What is not AWS's or ours is called what it is: a defect. */
export function translate(error: unknown): LabError {
  if (error instanceof LabError) return error;
  const code = codeOf(error);
  const message = messageOf(error);
  if (error instanceof Error && error.name === "DamagedWorldError" && "place" in error)
    return new LabError("damaged-world", message, {
      why: "It is left as it is.",
      next: [`To start afresh, move it away: mv "${error.place}" "${error.place}.damaged"`],
      cause: error,
    });
  if (error instanceof Error && ["EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR", "ENOENT"].includes(code))
    return new LabError(code, "vpclab cannot write its local files.", {
      why: message,
      next: ["Give it a folder that it can write to: VPCLAB_HOME=/some/folder."],
      cause: error,
    });
  const known = denial(error) ?? strangeAnswer(error);
  if (known) return known;
  const translation = TRANSLATIONS.find(
    (candidate) => candidate.codes.test(code) && (candidate.message?.test(message) ?? true),
  );
  if (translation)
    return new LabError(code, `${code}: ${message}`, {
      why: translation.why,
      next: translation.next,
      ...(translation.exitCode !== undefined && { exitCode: translation.exitCode }),
      cause: error,
    });
  const fromAws = error instanceof Error && "$metadata" in error;
  return new LabError(code || "defect", fromAws ? `${code}: ${message}` : message, {
    why: fromAws ? "AWS refused a call." : "This is a defect in vpclab.",
    next: ["Run the same command again: it goes on from where it stands. With --debug it shows each call."],
    cause: error,
  });
}
