/** `vpclab status --all`: every lab of the account by Region, how old it is, and what it costs an hour. */
import { EXIT } from "../lab/error.ts";
import { durationInWords, money, plural } from "../lab/figures.ts";
import type { Place } from "../lab/memory.ts";
import { shellWord } from "../lab/shell-word.ts";
import { printJson } from "../ui/json.ts";
import { table } from "../ui/table.ts";
import { plain } from "../ui/text.ts";
import { endpointPrice, isAwsItself } from "./endpoint.ts";
import { type LabsEverywhere, labsEverywhere, type StandingLab, tellUnread } from "./everywhere.ts";
import { header } from "./header.ts";
import type { OpenLab } from "./open-lab.ts";
import type { GlobalOptions, Program } from "./program.ts";
import { costPerHour, placeJson, round } from "./standing.ts";

/** @returns the exit code: 1 where a Region could not be read, so that nobody takes the list for all there is */
export async function statusAll(program: Program, lab: OpenLab, options: GlobalOptions): Promise<number> {
  const { terminal } = program;
  if (!options.json) header(terminal, lab);
  const found = await labsEverywhere(program, lab, undefined);
  tellUnread(terminal, found.unread);
  if (options.json) printJson(terminal, allJson(lab, found));
  else show(program, lab, found);
  return found.unread.length === 0 ? 0 : EXIT.failed;
}

function allJson({ place }: OpenLab, { standing, unread, otherValues }: LabsEverywhere) {
  const { lab: _lab, region: _region, ...account } = placeJson(place);
  return {
    ...account,
    labs: standing.map((one) => ({
      lab: one.lab.place.lab,
      region: one.lab.place.region,
      since: one.inventory.since === undefined ? null : new Date(one.inventory.since).toISOString(),
      ageSeconds: ageOf(one) === undefined ? null : Math.round((ageOf(one) ?? 0) / 1000),
      resources: one.inventory.resources.length,
      elsewhere: one.inventory.elsewhere.length,
      estimatedCostPerHour: costPerHour(one.lab.place, one.inventory),
    })),
    estimatedCostPerHour: totalCost(standing),
    unread,
    otherValues,
  };
}

/** In ms; undefined where nothing that stands says when it was made. */
function ageOf({ lab, inventory }: StandingLab): number | undefined {
  return inventory.since === undefined ? undefined : Math.max(0, lab.aws.clock.now() - inventory.since);
}

function totalCost(standing: readonly StandingLab[]): number {
  return round(standing.reduce((sum, { lab, inventory }) => sum + costPerHour(lab.place, inventory), 0));
}

function show({ terminal }: Program, lab: OpenLab, found: LabsEverywhere): void {
  const { standing, otherValues } = found;
  const isOwnAffair = lab.place.target === "aws" && !isAwsItself(lab.place);
  if (standing.length > 0)
    terminal.out(
      table(
        [
          { title: "Region", fit: "keep" },
          { title: "lab", fit: "keep" },
          { title: "age" },
          { title: "resources", align: "right", fit: "keep" },
          { title: "an hour", align: "right", fit: "keep" },
        ],
        standing.map((one) => [
          one.lab.place.region,
          one.lab.place.lab,
          howOld(one),
          String(one.inventory.resources.length),
          isOwnAffair ? "–" : money(costPerHour(one.lab.place, one.inventory)),
        ]),
        terminal,
      ),
    );
  const total = isAwsItself(lab.place)
    ? `together about ${money(totalCost(standing))} an hour`
    : "at no cost";
  const labs = `${plural(standing.length, "lab")} of this account`;
  terminal.out("");
  terminal.out(
    standing.length === 0
      ? "No lab stands in any Region that could be read."
      : terminal.wrap(`${labs}, ${isOwnAffair ? `at ${endpointPrice(lab.place)}` : total}.`),
  );
  for (const { region, value } of otherValues)
    terminal.out(
      terminal.wrap(
        `Note: in ${region} something carries vpclab:lab=${plain(value)}, which is no lab's name.`,
      ),
    );
  const copied = standing.filter(({ inventory }) => inventory.elsewhere.length > 0);
  for (const { lab, inventory } of copied)
    terminal.out(
      terminal.wrap(
        `Note: in ${lab.place.region} ${plural(inventory.elsewhere.length, "more thing")} with the tag of lab ${lab.place.lab} outside its VPCs.`,
      ),
    );
  for (const name of new Set(standing.map((one) => one.lab.place.lab))) {
    // This machine may know a lab of that name elsewhere, or none: what led here would not lead to that one.
    const where = name === lab.place.lab ? "" : ` ${flagsOf(lab.place).join(" ")}`;
    terminal.out(`  ${terminal.symbols.next} vpclab teardown --all-regions --lab ${name}${where}`);
  }
}

/** Those by which the same account is meant, whatever this machine remembers. */
function flagsOf({ target, profile, endpointUrl }: Place): string[] {
  if (target === "simulator") return ["--simulate"];
  return [
    endpointUrl === undefined ? "--no-simulate" : `--endpoint-url ${shellWord(endpointUrl)}`,
    ...(profile === undefined ? [] : [`--profile ${shellWord(profile)}`]),
  ];
}

function howOld(one: StandingLab): string {
  const age = ageOf(one);
  return age === undefined ? "not known" : durationInWords(age);
}
