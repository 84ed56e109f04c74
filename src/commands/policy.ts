/** `vpclab policy`: the IAM policy that a person needs to run the lab, ready to paste. */
import { type ConnectOptions, connect } from "../aws/clients.ts";
import { localCredentials } from "../aws/credentials.ts";
import { partitionOf, whoAmI } from "../aws/identity.ts";
import { messageOf, usageError } from "../lab/error.ts";
import { labMemory, type RememberedLab } from "../lab/memory.ts";
import { labPolicy } from "../lab/permissions.ts";
import { DEFAULT_LAB, DEFAULT_OPTIONS, labSpec } from "../lab/spec.ts";
import { printJson } from "../ui/json.ts";
import { askedEndpoint } from "./endpoint.ts";
import { labName, regionName } from "./options.ts";
import type { GlobalOptions, Program } from "./program.ts";

export interface PolicyOptions extends GlobalOptions {
  readonly account?: string;
}

/** Where the account is not known: the names then hold in whichever account the policy is attached. */
const ANY_ACCOUNT = "*";

/** Nothing but the policy goes to stdout. @returns the exit code */
export async function policy(program: Program, options: PolicyOptions): Promise<number> {
  const { terminal, env } = program;
  const lab = labName(options.lab ?? DEFAULT_LAB);
  const endpointUrl = askedEndpoint(options, env);
  const named = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined);
  const remembered = rememberedOnAws(program, options, { lab, region: named, endpointUrl });
  const profile = options.profile ?? (env.AWS_PROFILE ? undefined : remembered?.profile);
  const credentials = await localCredentials(profile, env);
  const region = regionName(named ?? remembered?.region ?? credentials.region ?? "us-east-1");
  const spec = labSpec({ ...DEFAULT_OPTIONS, lab, region, hours: undefined });
  const account =
    options.account === undefined
      ? await callersAccount(program, {
          region,
          profile,
          endpointUrl,
          isAsked: credentials.present && options.simulate !== true,
        })
      : accountNumber(options.account);

  printJson(terminal, labPolicy(spec, account, partitionOf(region)));
  if (options.json) return 0;
  const where = account === ANY_ACCOUNT ? "any account (name one by --account)" : `account ${account}`;
  terminal.say(
    terminal.wrap(
      `For the lab ${spec.lab} in ${region}, ${where}. In the console: IAM › Policies › Create policy › JSON; then ` +
        "attach it to the user or role that runs vpclab. It names this lab and Region alone: --lab and --region for others.",
    ),
  );
  return 0;
}

/** Where `up` would go on with the lab, if it is on AWS: what it may not do there, the policy is asked for. */
function rememberedOnAws(
  { home }: Program,
  { profile, simulate }: GlobalOptions,
  { lab, region, endpointUrl }: { lab: string; region: string | undefined; endpointUrl: string | undefined },
): RememberedLab | undefined {
  if (simulate === true) return undefined;
  // What cannot be read is told by the commands that need it.
  return labMemory(home, () => undefined)
    .labs()
    .find(
      (other) =>
        other.lab === lab &&
        other.tornDownAt === undefined &&
        other.target === "aws" &&
        other.endpointUrl === endpointUrl &&
        (region === undefined || other.region === region) &&
        (profile === undefined || other.profile === profile),
    );
}

/** Whose credentials this machine holds, if any and if AWS takes them; the embedded AWS's account is of no use. */
async function callersAccount(
  { signal, terminal }: Program,
  { isAsked, ...way }: Pick<ConnectOptions, "region" | "profile" | "endpointUrl"> & { isAsked: boolean },
): Promise<string> {
  if (!isAsked) return ANY_ACCOUNT;
  try {
    return (await whoAmI(connect({ ...way, signal }))).account;
  } catch (error) {
    signal.throwIfAborted();
    terminal.say(terminal.wrap(`Note: the account could not be asked for (${messageOf(error)}).`));
    return ANY_ACCOUNT;
  }
}

function accountNumber(text: string): string {
  if (!/^\d{12}$/.test(text)) throw usageError(`--account takes the account's twelve digits, not "${text}".`);
  return text;
}
