/** Step 3: the place that the flow log writes to. */
import { whoAmI } from "../aws/identity.ts";
import { deleteLogGroup, ensureLogGroup } from "../aws/log-group.ts";
import { logGroupLesson } from "./lessons/log-group.ts";
import { removal } from "./removal.ts";
import type { Step } from "./step.ts";

export const logGroup: Step = {
  id: "log-group",
  title: "Set up a log group",
  lesson: logGroupLesson,
  // Last of all: records in flight bring a deleted group back while the flow log's role may still write.
  downAfter: ["flow-log", "instances"],

  async up({ aws, spec, narrator, prepared }) {
    const account = prepared.account ?? (await whoAmI(aws)).account;
    const { resource, outcome, ms } = await ensureLogGroup(aws, spec, account);
    const kept = resource.retentionDays === undefined ? "for good" : `for ${resource.retentionDays} days`;
    narrator.resource({
      text: `log group ${resource.name} keeps records ${kept}`,
      type: "log-group",
      part: "log-group",
      id: resource.name,
      outcome,
      ms,
    });
  },

  down({ aws }, { resources }) {
    return Promise.all(
      resources
        .filter(({ part }) => part === "log-group")
        .map((group) => removal(group, () => deleteLogGroup(aws, group.id))),
    );
  },

  state: ({ resources }) => (resources.some(({ part }) => part === "log-group") ? "done" : "todo"),
};
