/** Where vpclab keeps its local files: what it remembers of labs, and the embedded AWS's worlds. */
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { LabError } from "./error.ts";

/**
 * `VPCLAB_HOME`, else the folder that the platform has for a program's state.
 * @throws LabError where neither is known
 */
export function homeFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
  homeOfUser = homeAsNodeHasIt,
): string {
  if (env.VPCLAB_HOME) return env.VPCLAB_HOME;
  const home = (): string => {
    try {
      return homeOfUser();
    } catch (cause) {
      // As in a container: a user who is only a number. (The SDK looks for HOME, too.)
      throw new LabError("no-home", "This user has no home folder to keep local files in.", {
        next: ["Name one: HOME=/path/to/folder"],
        cause,
      });
    }
  };
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home(), "AppData", "Local"), "vpclab");
  if (platform === "darwin") return join(home(), "Library", "Application Support", "vpclab");
  return join(env.XDG_STATE_HOME || join(home(), ".local", "state"), "vpclab");
}

function homeAsNodeHasIt(): string {
  // An empty HOME, as of some services, is no folder: the files would land in whichever is the current one.
  return homedir() || userInfo().homedir;
}

/** The folder of one world of the embedded AWS. */
export function worldFolder(home: string, world = "default"): string {
  return join(home, "worlds", world);
}
