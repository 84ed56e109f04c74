/** AWS's errors in words: the code is kept, the cause and the fix are added where AWS's message is opaque. */
import { LabError } from "../lab/error.ts";
import { codeOf } from "./errors.ts";

interface Translation {
  readonly codes: RegExp;
  readonly why: string;
  readonly next: readonly string[];
  readonly exitCode?: number;
}

const EXIT_NO_CREDENTIALS = 4;

/** The first that matches wins. Sources: AWS-FACTS §1 and §2. */
const TRANSLATIONS: readonly Translation[] = [
  {
    codes: /^(ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired)$/,
    why: "The credentials have expired. Nothing is lost: everything carries the lab's tag and is found again.",
    next: ["Sign in again (aws login, or aws sso login), then run the same command: it goes on from here."],
    exitCode: EXIT_NO_CREDENTIALS,
  },
  {
    codes:
      /^(AuthFailure|UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException)$/,
    why: "AWS does not accept the credentials: a wrong or deleted key, a clock that is off, or a Region that the account has not opted in to.",
    next: [
      "See who you are: aws sts get-caller-identity. Check the clock, and the Region in the console's account settings.",
    ],
    exitCode: EXIT_NO_CREDENTIALS,
  },
  {
    codes: /^(CredentialsProviderError|TokenProviderError|CredentialsError)$/,
    why: "The SDK found no usable credentials.",
    next: ["Sign in with the AWS CLI (aws login, or aws configure), or use the embedded AWS: --simulate."],
    exitCode: EXIT_NO_CREDENTIALS,
  },
  {
    codes: /^OptInRequired$/,
    why: "The account has not opted in to this Region or service.",
    next: ["Choose another Region by --region, or opt in under Account in the console."],
  },
  {
    codes: /^(UnauthorizedOperation|AccessDenied(Exception)?)$/,
    why: "Your user or role may not do this.",
    next: [
      "Ask whoever runs the account for the permission that AWS names above, then run the same command again.",
    ],
  },
  {
    codes: /^VpcLimitExceeded$/,
    why: "The account may have 5 VPCs in a Region, the default VPC counted, and the lab needs two.",
    next: ["Delete a VPC that nobody needs, take another Region by --region, or ask for a higher quota."],
  },
  {
    codes: /^InternetGatewayLimitExceeded$/,
    why: "There may be as many internet gateways as VPCs (5), and the lab needs two.",
    next: ["Delete a gateway that nobody needs, or take another Region by --region."],
  },
  {
    codes: /^VcpuLimitExceeded$/,
    why: "The account's vCPU quota for this family of instances does not hold two more.",
    next: ["Stop instances that nobody needs, take another Region by --region, or ask for a higher quota."],
  },
  {
    codes: /^PendingVerification$/,
    why: "AWS is still verifying this new account; that can take up to four hours.",
    next: ["Try again later. Until then: vpclab up --simulate."],
  },
  {
    codes: /^InsufficientInstanceCapacity$/,
    why: "AWS has no free machine of this type in this Availability Zone just now.",
    next: ["Run the same command again in some minutes, or with another --instance-type."],
  },
  {
    codes: /^(RequestLimitExceeded|Throttling(Exception)?|TooManyRequestsException)$/,
    why: "AWS is being asked more often than it allows this account.",
    next: ["Wait a minute and run the same command again: it goes on from here."],
  },
  {
    codes: /^AnswerLostError$/,
    why: "The connection broke, or AWS failed, before it said what came of the call: the thing may have been made or not.",
    next: ["Run the same command again: it looks for what was made, by its tag, and goes on from here."],
  },
  {
    codes: /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)$/,
    why: "AWS could not be reached.",
    next: [
      "Check the network, a proxy (HTTPS_PROXY), and --endpoint-url if you gave one; then run the same command again.",
    ],
  },
];

/** Anything thrown, as something that can be told. What is not AWS's or ours is called what it is: a defect. */
export function translate(error: unknown): LabError {
  if (error instanceof LabError) return error;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
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
  const translation = TRANSLATIONS.find(({ codes }) => codes.test(code));
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
