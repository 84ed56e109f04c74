/** Why AWS says "you may not": who or what forbids it, by the words that it uses for each kind of policy. */
import { LabError } from "../lab/error.ts";
import { codeOf, isDenied } from "./errors.ts";

/** What EC2 adds for those who may decode it; of no use to read. */
const ENCODED = /\s*Encoded authorization failure message: (\S+)/;

/** The encoded part of a refusal; undefined where it has none. */
export function encodedMessage(message: string): string | undefined {
  return ENCODED.exec(message)?.[1];
}

/** The message without its encoded part. */
export function withoutEncoded(message: string): string {
  return message.replace(ENCODED, "");
}

const ASK_ADMINISTRATOR = "Ask whoever runs the account";
const GO_ON = "Then run the same command again: it goes on from where it stands.";

/** The first that matches wins. The words are those of the IAM guide, "Troubleshoot access denied error messages". */
export const REASONS: readonly {
  readonly words: RegExp;
  readonly why: string;
  readonly next: readonly string[];
}[] = [
  {
    words: /service control policy/,
    why: "A service control policy (SCP) of your organization forbids it, whatever your own policies allow. Such policies often close whole Regions.",
    next: [
      "Try a Region that the organization uses: --region.",
      "Or ask whoever runs the organization, or take an account outside it.",
    ],
  },
  {
    words: /resource control policy/,
    why: "A resource control policy (RCP) of your organization forbids it, whatever your own policies allow.",
    next: ["Ask whoever runs the organization, or take an account outside it."],
  },
  {
    words: /VPC endpoint policy/,
    why: "The policy of the VPC endpoint by which this network reaches AWS does not let it through, whatever your own policies allow.",
    next: [
      "Try from a network that reaches AWS over the internet, or ask whoever runs the endpoint to allow it.",
      GO_ON,
    ],
  },
  {
    words: /permissions boundary/,
    why: "The permissions boundary of your user or role does not let it through, whatever its policies allow.",
    next: [`${ASK_ADMINISTRATOR} to widen the boundary by what \`vpclab policy\` prints.`, GO_ON],
  },
  {
    words: /session policy/,
    why: "The session that you signed in to allows less than your role does.",
    next: ["Sign in again without a session policy, or by another profile: --profile.", GO_ON],
  },
  {
    words: /explicit deny|explicitly denied/,
    why: "A policy on your user, group or role forbids it expressly; that outdoes whatever else allows it.",
    next: [`${ASK_ADMINISTRATOR} to take that statement away or to limit it.`, GO_ON],
  },
  {
    words: /iam:PassRole/,
    why: "To hand a role to a service, as flow logs and instances need it, takes the permission iam:PassRole on that role.",
    next: [`${ASK_ADMINISTRATOR} to attach the policy that \`vpclab policy\` prints.`, GO_ON],
  },
  {
    words: /./s,
    why: "No policy on your user or role allows it.",
    next: [
      `${ASK_ADMINISTRATOR} to attach the policy that \`vpclab policy\` prints.`,
      "See all that is missing at once: vpclab doctor.",
      GO_ON,
    ],
  },
];

/** @returns undefined for an error that is no denial */
export function denial(error: unknown): LabError | undefined {
  if (!isDenied(error) || !(error instanceof Error)) return undefined;
  const code = codeOf(error);
  const message = withoutEncoded(error.message);
  const { why = "", next = [] } = REASONS.find(({ words }) => words.test(message)) ?? {};
  return new LabError(code, `${code}: ${message}`, { why, next, cause: error });
}
