/** Whether this machine and its credentials get through to the Region at all. */
import { DescribeRegionsCommand } from "@aws-sdk/client-ec2";
import { plural } from "../../lab/figures.ts";
import type { Aws } from "../clients.ts";
import { isCode, LabError } from "../errors.ts";
import { redacted } from "../redact.ts";
import { type Check, check, look } from "./check.ts";

/** What walking the lab takes with some reading: credentials that end sooner end in the middle of it. */
const WALK_MS = 3_600_000;

/**
 * Who the credentials are for, and how long they last where that is known (keys of a user do not end).
 * @param arn of whoever calls; see whoAmI
 */
export async function lookAtCredentials(aws: Aws, arn: string): Promise<Check> {
  const { expiration } = await aws.sts.config.credentials();
  const you = redacted(arn);
  if (expiration === undefined) return check("credentials", "pass", `You are ${you}.`);
  const minutes = Math.max(0, Math.round((expiration.getTime() - aws.clock.now()) / 60_000));
  const text = `You are ${you}, for ${plural(minutes, "more minute")}.`;
  if (minutes * 60_000 >= WALK_MS) return check("credentials", "pass", text);
  return check(
    "credentials",
    "warning",
    `${text} The SDK renews credentials that it can; others end in the middle of the lab.`,
    "Sign in again first (aws login, or aws sso login). Nothing is lost if they end: vpclab up goes on.",
  );
}

/** AWS refuses what is signed by a clock that is more than 5 minutes off; the SDK then corrects itself, others do not. */
const TOLERATED_SKEW_MS = 300_000;

/** This machine's clock against that of AWS's last answer. */
export function lookAtClock(aws: Pick<Aws, "clock">, localNow: number): Check {
  const skewMs = localNow - aws.clock.now();
  const seconds = Math.round(Math.abs(skewMs) / 1000);
  const text = `This machine's clock is ${plural(seconds, "second")} ${skewMs < 0 ? "behind" : "ahead of"} AWS's`;
  if (seconds <= 2) return check("clock", "pass", "This machine's clock agrees with AWS's.");
  if (Math.abs(skewMs) < TOLERATED_SKEW_MS)
    return check("clock", "pass", `${text}; up to 300 are tolerated.`);
  return check(
    "clock",
    "warning",
    `${text}. vpclab goes by AWS's; the AWS CLI and others may be refused.`,
    "Set the clock, best by time synchronization (NTP).",
  );
}

/** Fails where the account has not opted in to it. */
export function lookAtRegion(aws: Aws): Promise<Check> {
  return look("region", async () => {
    const status = await optInStatus(aws, aws.region);
    if (status === "not-opted-in") throw notOptedIn(aws.region);
    return check("region", "pass", `${aws.region} is open to this account (${status}).`);
  });
}

/** "opted-in", "not-opted-in", or "opt-in-not-required", of which every account may use the Region. */
async function optInStatus(aws: Aws, region: string): Promise<string> {
  const { Regions } = await aws.ec2.send(
    new DescribeRegionsCommand({ RegionNames: [region], AllRegions: true }),
  );
  return Regions?.[0]?.OptInStatus ?? "unknown";
}

/** A Region that every account may use: AWS answers there whatever the others are. */
export const ALWAYS_OPEN_REGION = "us-east-1";

/**
 * Why AWS refuses credentials in a Region: it knows none of an account that has not opted in to it, and calls them
 * invalid.
 * @param refusal what the first call in the Region ended in
 * @param elsewhere the same credentials in ALWAYS_OPEN_REGION
 * @returns a LabError "OptInRequired", or the refusal as it was
 */
export async function refusedInRegion(refusal: unknown, region: string, elsewhere: Aws): Promise<unknown> {
  if (!isCode(refusal, "AuthFailure", "InvalidClientTokenId", "UnrecognizedClientException", "OptInRequired"))
    return refusal;
  try {
    return (await optInStatus(elsewhere, region)) === "not-opted-in" ? notOptedIn(region, refusal) : refusal;
  } catch {
    // Refused there too: then it is the credentials, as the first refusal says.
    return refusal;
  }
}

function notOptedIn(region: string, cause?: unknown): LabError {
  return new LabError("OptInRequired", `The account has not opted in to ${region}.`, {
    why: "Regions that AWS opened since 2019 are closed to an account until somebody opens them.",
    next: [
      `Take another Region by --region, such as ${ALWAYS_OPEN_REGION}.`,
      `Or opt in: aws account enable-region --region-name ${region} (it takes minutes to hours).`,
    ],
    cause,
  });
}
