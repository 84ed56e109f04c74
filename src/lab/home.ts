/** Where vpclab keeps its local files: what it remembers of labs, and the embedded AWS's worlds. */
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** `VPCLAB_HOME`, else the folder that the platform has for a program's state. */
export function homeFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string {
  if (env.VPCLAB_HOME) return env.VPCLAB_HOME;
  // An empty HOME, as of some services, is no folder: the files would land in whichever is the current one.
  const home = homedir() || userInfo().homedir;
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "vpclab");
  if (platform === "darwin") return join(home, "Library", "Application Support", "vpclab");
  return join(env.XDG_STATE_HOME || join(home, ".local", "state"), "vpclab");
}

/** The folder of one world of the embedded AWS. */
export function worldFolder(home: string, world = "default"): string {
  return join(home, "worlds", world);
}
