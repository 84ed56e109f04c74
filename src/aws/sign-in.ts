/** Signing in to AWS: the credentials that all clients of a lab share, and what to do where there are none. */
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from "@smithy/core";
import { isThrottlingError, isTransientError } from "@smithy/core/retry";
import type { AwsCredentialIdentityProvider, SdkError } from "@smithy/types";
import { EXIT, LabError } from "../lab/error.ts";
import { shellWord } from "../lab/shell-word.ts";
import { profileSettings, saysWhereFrom } from "./credentials.ts";
import { http } from "./http.ts";
import { redacted } from "./redact.ts";
import { strangeAnswer } from "./strange-answer.ts";

/**
 * The way to credentials, for all clients together: what hands them out, a program that asks for a code perhaps, is
 * then asked once and not once a service. They are renewed when they end.
 * @param profile of the shared AWS files; default: AWS_PROFILE, else "default"
 * @returns what rejects with a LabError of exit code 4 if there are none, and with the SDK's error if the network failed
 */
export function signIn(profile?: string): AwsCredentialIdentityProvider {
  const named = profile ?? (process.env.AWS_PROFILE || undefined);
  const provider: AwsCredentialIdentityProvider = async (properties) => {
    // The SDK's own client of SSO would otherwise know of no proxy and no end of waiting.
    const init = { clientConfig: { requestHandler: http() }, ...(named !== undefined && { profile: named }) };
    const settings = await profileSettings(named ?? "default");
    if (named !== undefined && !settings) throw noSuchProfile(named);
    // The SDK's chain goes on to other sources where one fails, as far as the metadata of the instance it runs on. Where
    // a profile says where its credentials come from, they come from there or not at all, as with the AWS CLI.
    const isSaid = saysWhereFrom(settings) && (named !== undefined || !process.env.AWS_ACCESS_KEY_ID);
    try {
      if (!isSaid) return await defaultProvider(init)(properties);
      const { fromIni } = await import("@aws-sdk/credential-provider-ini");
      return await fromIni(init)(properties);
    } catch (error) {
      throw brokenWay(error) ?? (await noCredentials(named, { cause: error }));
    }
  };
  return memoizeIdentityProvider(provider, isIdentityExpired, doesIdentityRequireRefresh) ?? provider;
}

/** The network or AWS as a whole is to blame, and no signing in would help; undefined where it would. */
function brokenWay(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isTransientError(error as SdkError) || isThrottlingError(error as SdkError)) return error;
  const strange = strangeAnswer(error);
  if (strange) return strange;
  // SSO and aws login keep the words alone.
  const code = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)\b/.exec(
    error.message,
  )?.[0];
  return code === undefined ? undefined : Object.assign(new Error(error.message, { cause: error }), { code });
}

export interface NoCredentialsOptions {
  /** What the attempt to get some ended in; default: none was made, because nothing speaks of any. */
  readonly cause?: unknown;
  /** Whether they are for another endpoint than AWS's own. */
  readonly isAtEndpoint?: boolean;
}

/** @param profile that somebody named */
export async function noCredentials(
  profile?: string,
  { cause, isAtEndpoint = false }: NoCredentialsOptions = {},
): Promise<LabError> {
  const signIn = await howToSignIn(profile);
  return new LabError("no-credentials", "No usable AWS credentials.", {
    why:
      cause instanceof Error
        ? redacted(cause.message)
        : "Neither the environment nor the shared AWS files hold any.",
    next: [
      ...(isAtEndpoint ? ["If that endpoint is a vpclab simulator: paste the lines that it prints."] : []),
      ...(signIn === undefined
        ? [
            "Sign in with the AWS CLI: aws login (or aws configure sso, or aws configure), then run this again.",
            "Or name a profile that has them: --profile NAME.",
          ]
        : [signIn]),
      "Or do the lab without an account, on the embedded AWS: --simulate.",
    ],
    exitCode: EXIT.noCredentials,
    cause,
  });
}

function noSuchProfile(profile: string): LabError {
  return new LabError("no-credentials", `The shared AWS files have no profile "${profile}".`, {
    next: ["See which there are: aws configure list-profiles"],
    exitCode: EXIT.noCredentials,
  });
}

/** What a person has to do for a profile, or for the one that it borrows from; undefined where the files do not say. */
async function howToSignIn(profile = "default"): Promise<string | undefined> {
  const visited = new Set<string>();
  for (let name = profile; !visited.has(name); ) {
    visited.add(name);
    const settings = (await profileSettings(name)) ?? {};
    const option = name === "default" ? "" : ` --profile ${shellWord(name)}`;
    const again = "then run this again: it goes on from where it stands.";
    if (settings.login_session) return `Sign in again: aws login${option}, ${again}`;
    if (settings.sso_session || settings.sso_start_url)
      return `Sign in again: aws sso login${option}, ${again}`;
    if (settings.mfa_serial)
      return `Let the AWS CLI ask for the code: eval "$(aws configure export-credentials${option} --format env)"; unset AWS_PROFILE, then run this without --profile.`;
    name = settings.source_profile ?? name;
  }
  return undefined;
}
