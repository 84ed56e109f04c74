/** Where vpclab keeps its local files: what it remembers of labs, and the embedded AWS's worlds. */
import { homedir } from "node:os";
import { join } from "node:path";

/** `VPCLAB_HOME`, else the folder that the platform has for a program's state. */
export function homeFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (env.VPCLAB_HOME) return env.VPCLAB_HOME;
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "vpclab");
  if (platform === "darwin") return join(homedir(), "Library", "Application Support", "vpclab");
  return join(env.XDG_STATE_HOME || join(homedir(), ".local", "state"), "vpclab");
}

/** The folder of one world of the embedded AWS. */
export function worldFolder(home: string, world = "default"): string {
  return join(home, "worlds", world);
}
