/** The command line: the program's commands and options. A command is loaded when it is called: `--help` loads no SDK. */
import { Command, Option } from "commander";
import type { GlobalOptions, Program } from "./commands/program.ts";
import { LAST_STEP_IDS } from "./lab/spec.ts";

/** What a command line is given by the process that it runs in. */
export interface Surroundings {
  /** @param options as the command was called */
  programFor(options: GlobalOptions): Program | Promise<Program>;
  /** What `--version` says. */
  readonly version: string;
  /** For the words of commander itself: help and version to the first, refusals to the second. */
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

/** Where the lab lives and how to talk: the options that every command has. One of each for all: they are many to make. */
const GLOBAL_OPTIONS = [
  new Option("--lab <name>", "which lab (default: nextwork, with the tutorial's names)"),
  new Option("--region <region>", "the Region it lives in, such as eu-west-3"),
  new Option("--profile <profile>", "the profile of the shared AWS files"),
  new Option("--simulate", "on the embedded AWS, without an account"),
  new Option("--no-simulate", "on AWS, or not at all").default(undefined),
  new Option("--endpoint-url <url>", "another endpoint for all services, as AWS_ENDPOINT_URL"),
  new Option("--json", "the result as JSON on stdout"),
  new Option("--no-color", "no colour"),
  new Option("--debug", "show each call to AWS on stderr"),
];

function withGlobalOptions(command: Command): Command {
  for (const option of GLOBAL_OPTIONS) command.addOption(option);
  return command;
}

function withLabOptions(command: Command): Command {
  return command
    .option("--retention <days|never>", "how long the log group keeps records (default: never expire)")
    .option("--traffic <ALL|ACCEPT|REJECT>", "what the flow log captures (default: ALL)")
    .option("--aggregation <60|600>", "seconds that one record sums up (default: 60)")
    .option("--instance-type <type>", "default: t2.micro where the account may have it, else t3.micro")
    .option("--ssh-from <cidr|none>", "who may reach port 22 (default: 0.0.0.0/0, as in the lab)")
    .option("--cidr-1 <cidr>", "of VPC 1 (default: 10.1.0.0/16)")
    .option("--cidr-2 <cidr>", "of VPC 2 (default: 10.2.0.0/16)")
    .option("--least-privilege", "the flow log's role as narrow as AWS's guide recommends")
    .option("--hours <n|never>", "until the instances power off by themselves (default: 4 on AWS)");
}

/**
 * The program's commands and options; nothing runs until it parses.
 * @param end told the exit code of the command that ran
 */
export function commandLine(
  { programFor, version, writeOut, writeErr }: Surroundings,
  end: (code: number) => void,
): Command {
  const program = new Command("vpclab")
    .description(
      'Walks you through the AWS lab "VPC Monitoring with Flow Logs" and takes everything down again.\n' +
        "Without an AWS account it runs on an AWS embedded in the program.",
    )
    .version(version)
    .option("--verbose", "with --version: Node's and the AWS SDK's too, for a bug report")
    .configureOutput({ writeOut, writeErr })
    // Or `vpclab logs explain --json` would give its flag to `logs`.
    .enablePositionalOptions()
    .addHelpText(
      "before",
      `Examples:
  vpclab doctor             whether the lab will run here
  vpclab up                 walk through the lab, step by step
  vpclab ping               ping instance 2 from instance 1
  vpclab why                why it answers, or not: the packet's way, hop by hop
  vpclab traffic            give the flow log something to see
  vpclab status             what stands, how far it is, what it costs
  vpclab logs               what the flow log saw
  vpclab insights           questions about it
  vpclab teardown           take everything down again
`,
    );

  withLabOptions(withGlobalOptions(program.command("up")))
    .description("walk through the lab, from wherever it stands")
    .option("--yes", "go through without questions")
    .option("--until <step>", `stop after a step: ${LAST_STEP_IDS.join(", ")}`)
    .option("--dry-run", "show what would be made, and its price; make nothing")
    .option(
      "--vpc-quota <n>",
      "the account's quota of VPCs in a Region (default: AWS's own, 5); the embedded AWS grants it",
    )
    .addHelpText(
      "before",
      `Examples:
  vpclab up                            on AWS with credentials, else embedded
  vpclab up --simulate --yes           all of it, embedded, without questions
  vpclab up --dry-run                  what would be made, and what it costs
  vpclab up --until first-ping         as far as the ping that fails
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/up.ts")).up(await programFor(options), options)),
    );

  withGlobalOptions(program.command("ping"))
    .description("ping between the instances")
    .argument("[target]", "private, public, or an IPv4 address", "private")
    .option("--from <place>", "instance-1, instance-2 or local (default: instance-1)")
    .option("--count <n>", "packets, 1 to 100 (default: 5)")
    .addHelpText(
      "before",
      `Examples:
  vpclab ping                          instance 2's private address
  vpclab ping public --count 3         its public address
  vpclab ping private --from instance-2
`,
    )
    .action(async (target, options) =>
      end(await (await import("./commands/ping.ts")).ping(await programFor(options), target, options)),
    );

  withGlobalOptions(program.command("why"))
    .description("follow a packet hop by hop: what decides, where it stops, what would let it pass")
    .argument("[target]", "private, public, or an IPv4 address", "private")
    .option("--from <place>", "instance-1 or instance-2 (default: instance-1)")
    .option("--protocol <name>", "icmp, tcp or udp (default: icmp; tcp with --port)")
    .option("--port <n>", "of the destination (default for tcp: 22)")
    .addHelpText(
      "before",
      `Examples:
  vpclab why                           whether a ping is answered, and why
  vpclab why public --from instance-2
  vpclab why private --port 80         a connection instead of a ping
`,
    )
    .action(async (target, options) =>
      end(await (await import("./commands/why.ts")).why(await programFor(options), target, options)),
    );

  withGlobalOptions(program.command("traffic"))
    .description("make packets of several kinds, so that the flow log has something to say")
    .option("--kinds <list>", "of icmp, ssh, https, http, blocked, separated by commas (default: all)")
    .option("--rounds <n>", "1 to 20 (default: 1)")
    .addHelpText(
      "before",
      `Examples:
  vpclab traffic                       one of each, from both instances
  vpclab traffic --kinds blocked --rounds 5
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/traffic.ts")).traffic(await programFor(options), options)),
    );

  withGlobalOptions(program.command("status"))
    .description("what stands, drawn; how far each step is, and what it costs an hour")
    .option("--watch", "look again every few seconds, until Ctrl-C")
    .option("--all", "every lab of the account instead, in every Region")
    .option("--svg <file>", "the drawing of the lab as an SVG file, too")
    .addHelpText(
      "before",
      `Examples:
  vpclab status
  vpclab status --svg lab.svg
  vpclab status --json
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/status.ts")).status(await programFor(options), options)),
    );

  withGlobalOptions(program.command("teardown"))
    .description("delete everything that carries the lab's tag, and look again")
    .option("--yes", "do not ask. Off a terminal AWS needs it; the embedded AWS deletes without")
    .option("--dry-run", "show what would be deleted; delete nothing")
    .option("--all-regions", "the lab of this name in every Region of the account")
    .option("--include-strays", "what others put into the lab's VPCs too")
    .option("--include <id...>", "what carries the lab's tag outside its VPCs, named one by one")
    .addHelpText(
      "before",
      `Examples:
  vpclab teardown
  vpclab teardown --dry-run
  vpclab teardown --all-regions        wherever it was forgotten, asking once
  vpclab teardown --include-strays     and what others put into its VPCs
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/teardown.ts")).teardown(await programFor(options), options)),
    );

  withGlobalOptions(program.command("doctor"))
    .description("whether the lab will run here: credentials, quotas, permissions, names; makes nothing")
    .option("--instance-type <type>", "the type that up will be given")
    .option("--vpc-quota <n>", "the account's quota of VPCs in a Region (default: AWS's own, 5)")
    .addHelpText(
      "before",
      `Examples:
  vpclab doctor                        of the account and Region up would take
  vpclab doctor --region eu-west-3
  vpclab doctor --simulate             of the embedded AWS
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/doctor.ts")).doctor(await programFor(options), options)),
    );

  withGlobalOptions(program.command("policy"))
    .description("the IAM policy that a person needs to run the lab, ready to paste")
    .option("--account <number>", "its twelve digits (default: the credentials' own, else any account)")
    .addHelpText(
      "before",
      `Examples:
  vpclab policy > policy.json
  vpclab policy --lab class-7 --region eu-west-3 --account 123456789012
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/policy.ts")).policy(await programFor(options), options)),
    );

  const logs = withGlobalOptions(program.command("logs"))
    .description("what the flow log saw, record by record")
    .option("--action <verdict>", "ACCEPT or REJECT")
    .option("--from <place>", "instance-1, instance-2, internet, an IPv4 address or a CIDR block")
    .option("--to <place>", "the same, of where packets went")
    .option("--protocol <name>", "icmp, tcp, udp, … or a number")
    .option("--port <n>", "of either end")
    .option("--since <period>", "such as 90s, 15m, 2h or 7d")
    .option("--limit <n>", "the latest so many")
    .option("--follow", "go on as records arrive, until Ctrl-C")
    .option("--streams", "the log's streams instead: one for each network interface")
    .option("--raw", "the records as they are")
    .addHelpText(
      "before",
      `Examples:
  vpclab logs                          all records, the lab's addresses named
  vpclab logs --action REJECT --since 15m
  vpclab logs --protocol icmp --follow
  vpclab logs explain                  one record, field by field
  vpclab logs reconcile                each ping against its records
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/logs.ts")).logs(await programFor(options), options)),
    );

  withGlobalOptions(logs.command("explain"))
    .description("one record taken apart: given, from stdin, or chosen from the log")
    .argument("[record...]", "the record, in quotes or not; - for stdin")
    .option("--format <format>", "the flow log's LogFormat (default: version 2's 14 fields)")
    .addHelpText(
      "before",
      `Examples:
  vpclab logs explain                  one that you choose from the log
  vpclab logs --raw --limit 1 | vpclab logs explain -
`,
    )
    .action(async (record, options) =>
      end(
        await (await import("./commands/logs-explain.ts")).logsExplain(
          await programFor(options),
          record,
          options,
        ),
      ),
    );

  withGlobalOptions(logs.command("reconcile"))
    .description("each ping sent against the packets in the records: there, still to come, or lost, and why")
    .addHelpText(
      "before",
      `Examples:
  vpclab logs reconcile                after vpclab ping, some minutes later
  vpclab logs reconcile --json
`,
    )
    .action(async (options) =>
      end(
        await (await import("./commands/logs-reconcile.ts")).logsReconcile(
          await programFor(options),
          options,
        ),
      ),
    );

  withGlobalOptions(program.command("insights"))
    .description("questions about the flow log, by Logs Insights; without a name, the list of them")
    .argument("[name]", "a named query; - for a query from stdin")
    .option("--query <query>", "a query of your own")
    .option("--since <period>", "such as 90s, 15m, 2h or 7d (default: all that the log has)")
    .option("--start <time>", "such as 2026-01-31T14:00 (UTC) or epoch seconds")
    .option("--end <time>", "the same (default: now)")
    .option("--limit <n>", "rows, where the query sets no limit of its own")
    .option("--csv", "the result as CSV on stdout")
    .option("--file <path>", "of exported records instead, gzipped or not, - for stdin: no AWS, no cost")
    .addHelpText(
      "before",
      `Examples:
  vpclab insights                      the named queries
  vpclab insights top-10-byte-transfers
  vpclab insights --since 1h --query 'filter dstPort = 22 | stats count(*)'
  vpclab logs --raw | vpclab insights top-talkers --file -
`,
    )
    .action(async (name, options) =>
      end(await (await import("./commands/insights.ts")).insights(await programFor(options), name, options)),
    );

  program
    .command("simulator")
    .description("serve the embedded AWS on 127.0.0.1, for the AWS CLI, boto3 or any AWS client")
    .addOption(
      // Told twice: what is told once, commander puts in quotes.
      new Option("--port <n>", "where to listen; 0 takes one that is free").default("4566", "4566"),
    )
    .option("--world <name>", "which world (default: the one that vpclab's own commands use)")
    .option("--memory", "a new world that is forgotten at the end")
    .option("--speed <n>", "world seconds in one of ours, 1 to 3600 (default: VPCLAB_SIM_SPEED, else 60)")
    .option(
      "--quota <name=n>",
      "another quota of the account, such as vpcs=20; may be given several times",
      (one: string, before: readonly string[] = []) => [...before, one],
    )
    .option("--faults <file>", "faults at chosen calls, to see what a program survives: docs/faults.md")
    .option("--json", "one line: endpoint and pid")
    .option("--no-color", "no colour")
    .option("--debug", "show where an error came from")
    .addHelpText(
      "before",
      `Examples:
  vpclab simulator                     the world vpclab status shows, port 4566
  vpclab simulator --memory --port 0   a new world, for this once, on any port
`,
    )
    .action(async (options) =>
      end(await (await import("./commands/simulator.ts")).simulator(await programFor(options), options)),
    );

  program
    .command("completion")
    .description("the script by which your shell completes vpclab's command lines")
    .argument("<shell>", "bash, zsh, fish or powershell")
    .addHelpText(
      "before",
      `Examples, each for one of your shells' start-up files:
  bash
    echo 'eval "$(vpclab completion bash)"' >> ~/.bashrc
  zsh, below compinit
    echo 'eval "$(vpclab completion zsh)"' >> ~/.zshrc
  fish
    vpclab completion fish \\
      > ~/.config/fish/completions/vpclab.fish
  PowerShell
    Add-Content $PROFILE \`
      'vpclab completion powershell | Out-String | iex'

It completes vpclab itself, so that has to be on the PATH:
npm install --global, or npm link in a checkout.
`,
    )
    .action(async (shell) =>
      end((await import("./commands/completion.ts")).completion(await programFor({}), shell)),
    );

  // What the scripts ask at each Tab. All that follows the first argument is that command line, its options as well.
  program
    .command("complete", { hidden: true })
    .argument("<word=…>")
    .argument("[before...]")
    .passThroughOptions()
    .action(async (word, before) =>
      end((await import("./commands/complete.ts")).complete(await programFor({}), program, before, word)),
    );

  for (const command of [program, ...program.commands, ...logs.commands]) {
    const words = [command.parent?.name(), command.name(), "--help"].filter((word) => word !== "vpclab");
    command.exitOverride().showHelpAfterError(`(vpclab ${words.join(" ").trim()} shows what there is)`);
  }
  return program;
}
