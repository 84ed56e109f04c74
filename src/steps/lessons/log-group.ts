/** What step 3 tells. */
import { plural } from "../../lab/figures.ts";
import type { Lesson } from "../step.ts";

export const logGroupLesson: Lesson = {
  goal: "By the end a log group waits for the records of VPC 1.",
  why: [
    "A flow log needs somewhere to write. CloudWatch Logs keeps its records where they can be searched.",
    "We make it before the flow log, which would make one too: so it has the name, retention and tags we want.",
  ],
  concepts: [
    {
      term: "Log group",
      text: "A folder for logs that belong together. Retention, permissions and queries apply to the group as a whole.",
    },
    {
      term: "Log stream",
      text: "One source within the group, in order of time. A flow log writes one stream for each network interface; none is there before the first record arrives.",
    },
    {
      term: "Retention",
      text: "How long records are kept. Never expire is the default, and storage is paid by the month: a forgotten group costs little, but for ever.",
    },
    {
      term: "Log class",
      text: "Standard can do everything that we need. Infrequent Access takes records in for half the price, with fewer features; a group's class cannot be changed later.",
    },
    {
      term: "Region",
      text: "Log data belongs to one Region, the one that the VPC is in. Looking in another Region is the most common reason to find no log group at all.",
    },
  ],
  byCli: (spec) => [
    `aws logs create-log-group --log-group-name ${spec.nameOf("log-group")}`,
    ...(spec.retentionDays === undefined
      ? []
      : [
          `aws logs put-retention-policy --log-group-name ${spec.nameOf("log-group")} --retention-in-days ${spec.retentionDays}`,
        ]),
  ],
  byConsole: (spec) => [
    `CloudWatch › Logs › Log groups › Create log group (check that the Region says ${spec.region})`,
    `Log group name: ${spec.nameOf("log-group")}`,
    `Retention setting: ${spec.retentionDays === undefined ? "Never expire" : plural(spec.retentionDays, "day")}; log class: Standard`,
    "Create",
  ],
};
