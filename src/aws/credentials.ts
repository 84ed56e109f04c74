/** What the environment and the shared AWS files of this machine say of credentials; no call is made. */
import { loadSharedConfigFiles } from "@smithy/core/config";

/** Any of these in a profile lets the SDK find credentials by it. */
const CREDENTIAL_KEYS = [
  "aws_access_key_id",
  "credential_process",
  "role_arn",
  "sso_session",
  "sso_start_url",
  "sso_account_id",
  "login_session",
  "web_identity_token_file",
];

/** Any of these in the environment does. */
const CREDENTIAL_VARIABLES = [
  "AWS_ACCESS_KEY_ID",
  "AWS_PROFILE",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
];

export interface LocalCredentials {
  /**
   * Whether the environment or the shared AWS files hold credentials. Those of instance metadata do not count: nobody
   * is to be surprised by a bill on a cloud desktop.
   */
  readonly present: boolean;
  /** The Region that the profile names. */
  readonly region: string | undefined;
}

/** @param profile default: AWS_PROFILE, else "default" */
export async function localCredentials(
  profile?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LocalCredentials> {
  const settings = await profileSettings(profile ?? (env.AWS_PROFILE || "default"));
  return {
    present:
      profile !== undefined ||
      CREDENTIAL_VARIABLES.some((variable) => env[variable]) ||
      saysWhereFrom(settings),
    region: settings?.region,
  };
}

export type ProfileSettings = Readonly<Record<string, string | undefined>>;

/** Undefined where the shared AWS files do not have the profile. */
export async function profileSettings(profile: string): Promise<ProfileSettings | undefined> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  if (!Object.hasOwn(configFile, profile) && !Object.hasOwn(credentialsFile, profile)) return undefined;
  return { ...configFile[profile], ...credentialsFile[profile] };
}

/** Whether a profile says where its credentials come from. */
export function saysWhereFrom(settings: ProfileSettings | undefined): boolean {
  return CREDENTIAL_KEYS.some((key) => settings?.[key]);
}
