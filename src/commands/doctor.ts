/** `vpclab doctor`: whether the lab will come to its end here, before anything is made. Reads, and dry runs. */
import { lookAtClock, lookAtCredentials, lookAtRegion } from "../aws/readiness/access.ts";
import { lookBeforeBuilding } from "../aws/readiness/before-building.ts";
import { type Check, type CheckId, check } from "../aws/readiness/check.ts";
import { lookForOtherLabs } from "../aws/readiness/other-labs.ts";
import { lookForPermissions } from "../aws/readiness/permissions.ts";
import { lookForVcpus } from "../aws/readiness/room.ts";
import { translate } from "../aws/translate.ts";
import { EXIT } from "../lab/error.ts";
import { plural } from "../lab/figures.ts";
import { printJson } from "../ui/json.ts";
import type { Terminal } from "../ui/terminal.ts";
import { pad, plain, visibleWidth } from "../ui/text.ts";
import { isAwsItself } from "./endpoint.ts";
import { header } from "./header.ts";
import { type OpenLab, openLab } from "./open-lab.ts";
import { vpcQuota } from "./options.ts";
import { roomFor } from "./preflight.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { placeJson } from "./standing.ts";

export interface DoctorOptions extends GlobalOptions {
  readonly vpcQuota?: string;
  readonly instanceType?: string;
}

/** The SDK's own floor, and so ours (package.json, engines). */
const OLDEST_NODE = [20, 19] as const;

const TITLES: Readonly<Record<CheckId, string>> = {
  node: "Node",
  credentials: "credentials",
  clock: "clock",
  region: "Region",
  vpcs: "VPCs",
  "internet-gateways": "gateways",
  vcpus: "vCPUs",
  "instance-type": "instance type",
  image: "image",
  names: "names",
  permissions: "permissions",
  "other-labs": "other labs",
};

/** @returns the exit code */
export async function doctor(program: Program, options: DoctorOptions): Promise<number> {
  const quota = vpcQuota(options.vpcQuota);
  const node = lookAtNode(process.versions.node);
  const { instanceType } = options;
  let lab: OpenLab;
  try {
    lab = await openLab(program, options, {
      flags: { ...(instanceType !== undefined && { instanceType }) },
    });
  } catch (error) {
    const refused = noWayIn(error);
    if (refused === undefined) throw error;
    return show(program.terminal, undefined, [node, refused]);
  }
  try {
    if (!options.json) header(program.terminal, lab);
    return show(program.terminal, lab, [node, ...(await examine(lab, quota))]);
  } finally {
    lab.close();
  }
}

/** @param version as `process.versions.node` has it */
export function lookAtNode(version: string): Check {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  const text = `Node ${version}; ${oldestMajor}.${oldestMinor} or later is needed.`;
  const isEnough = major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
  return isEnough
    ? check("node", "pass", text)
    : check("node", "fail", text, "Install a later one: https://nodejs.org");
}

/** Credentials that are missing or refused, or a Region that is closed, as a check; undefined for anything else. */
function noWayIn(error: unknown): Check | undefined {
  const { code, exitCode, message, why, next } = translate(error);
  const id =
    code === "OptInRequired" ? "region" : exitCode === EXIT.noCredentials ? "credentials" : undefined;
  if (id === undefined) return undefined;
  return check(id, "fail", [message, why].filter((text) => text !== "").join(" "), ...next);
}

async function examine(lab: OpenLab, vpcQuota: number | undefined): Promise<Check[]> {
  const { aws, spec, place, identity } = lab;
  const isEmbedded = place.target === "simulator";
  // Taken at once: later answers of AWS would make the comparison no better.
  const clock = lookAtClock(aws, Date.now());
  const remembered = lab.memory
    .labs()
    .filter(
      (other) =>
        other.tornDownAt === undefined && other.target === place.target && other.account === place.account,
    );
  const [credentials, region, { checks, ingredients }, permissions, otherLabs] = await Promise.all([
    lookAtCredentials(aws, identity),
    lookAtRegion(aws),
    lookBeforeBuilding(aws, spec, place.account, roomFor(lab, vpcQuota)),
    lookForPermissions(aws, spec, { account: place.account, arn: identity }),
    lookForOtherLabs(aws, spec, remembered, isAwsItself(place)),
  ]);
  const { instanceType } = ingredients;
  const vcpus = instanceType === undefined ? [] : [await lookForVcpus(aws, spec, instanceType)];
  const [vpcs, gateways, ...rest] = checks;
  return [
    isEmbedded ? check("credentials", "pass", "The embedded AWS needs none.") : credentials,
    isEmbedded || place.endpointUrl !== undefined
      ? check("clock", "pass", "This is not AWS itself: it keeps a time of its own.")
      : clock,
    region,
    ...(vpcs ? [vpcs] : []),
    ...(gateways ? [gateways] : []),
    ...vcpus,
    ...rest,
    permissions,
    otherLabs,
  ];
}

/** @returns the exit code */
function show(terminal: Terminal, lab: OpenLab | undefined, checks: readonly Check[]): number {
  const of = (outcome: Check["outcome"]) => checks.filter((each) => each.outcome === outcome);
  const failed = of("fail");
  if (terminal.json)
    printJson(terminal, {
      ...(lab && placeJson(lab.place)),
      ready: failed.length === 0,
      checks,
    });
  else {
    for (const each of checks) terminal.out(checkText(terminal, each));
    terminal.out("");
    const warnings = of("warning").length;
    terminal.out(
      failed.length > 0
        ? `${plural(failed.length, "check")} of ${checks.length} failed: see what to do under each.`
        : `Ready${warnings > 0 ? `, with ${plural(warnings, "warning")}` : ""}.`,
    );
    if (failed.length === 0) terminal.out(`  ${terminal.symbols.next} vpclab up          walks the lab`);
  }
  if (failed.length === 0) return 0;
  return failed.some(({ id }) => id === "credentials") ? EXIT.noCredentials : EXIT.no;
}

/** `✔ pass     VPCs           1 is in use …`, and what to do in lines of its own. */
function checkText(terminal: Terminal, { id, outcome, text, next }: Check): string {
  const { symbols, colour } = terminal;
  const marks = {
    pass: colour.green(`${symbols.done} pass`),
    warning: colour.yellow(`${symbols.warning} warning`),
    fail: colour.red(`${symbols.failed} fail`),
  };
  const begin = `${pad(marks[outcome], 11)}${pad(TITLES[id], 15)}`;
  const margin = visibleWidth(begin);
  const wrapped = (line: string) => terminal.wrap(plain(line), margin).trimStart();
  return [
    `${begin}${wrapped(text)}`,
    ...next.map((step) => `${" ".repeat(margin - 2)}${symbols.next} ${wrapped(step)}`),
  ].join("\n");
}
