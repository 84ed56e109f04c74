/** `vpclab policy`: the IAM policy that a person needs to run the lab, ready to paste. */
import { connect } from "../aws/clients.ts";
import { localCredentials } from "../aws/credentials.ts";
import { partitionOf, whoAmI } from "../aws/identity.ts";
import { messageOf, usageError } from "../lab/error.ts";
import { labPolicy } from "../lab/permissions.ts";
import { DEFAULT_LAB, DEFAULT_OPTIONS, labSpec } from "../lab/spec.ts";
import { printJson } from "../ui/json.ts";
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
  const credentials = await localCredentials(options.profile, env);
  const known = options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || credentials.region);
  const region = regionName(known ?? "us-east-1");
  const spec = labSpec({
    ...DEFAULT_OPTIONS,
    lab: labName(options.lab ?? DEFAULT_LAB),
    region,
    hours: undefined,
  });
  const account =
    options.account === undefined
      ? await callersAccount(program, options, { region, isAsked: credentials.present })
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

/** Whose credentials this machine holds, if any and if AWS takes them; the embedded AWS's account is of no use. */
async function callersAccount(
  { signal, env, terminal }: Program,
  options: GlobalOptions,
  { region, isAsked }: { region: string; isAsked: boolean },
): Promise<string> {
  if (options.simulate === true || !isAsked) return ANY_ACCOUNT;
  const { profile } = options;
  const endpointUrl = options.endpointUrl ?? (env.AWS_ENDPOINT_URL || undefined);
  try {
    return (await whoAmI(connect({ region, signal, profile, endpointUrl }))).account;
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
