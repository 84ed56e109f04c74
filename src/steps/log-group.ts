/** Step 3: the place that the flow log writes to. */
import { whoAmI } from "../aws/identity.ts";
import { deleteLogGroup, ensureLogGroup } from "../aws/log-group.ts";
import { plural } from "../lab/figures.ts";
import { logGroupLesson } from "./lessons/log-group.ts";
import { removal } from "./removal.ts";
import type { Step } from "./step.ts";

/** IAM's changes take seconds to 10 s to reach the other services (AWS-FACTS §3). */
const PROPAGATES_WITHIN_MS = 10_000;

export const logGroup: Step = {
  id: "log-group",
  title: "Set up a log group",
  lesson: logGroupLesson,
  downAfter: ["flow-log"],

  async up({ aws, spec, narrator, prepared }) {
    const account = prepared.account ?? (await whoAmI(aws)).account;
    const { resource, outcome, ms } = await ensureLogGroup(aws, spec, account);
    const kept =
      resource.retentionDays === undefined ? "for good" : `for ${plural(resource.retentionDays, "day")}`;
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
    // Records in flight bring a deleted group back while the flow log's role may write, and that it is gone is not
    // known everywhere at once. While instances terminate, there is time to let that pass.
    const passesMs = resources.some(({ type }) => type === "instance") ? PROPAGATES_WITHIN_MS : 0;
    return Promise.all(
      resources
        .filter(({ part }) => part === "log-group")
        .map((group) =>
          removal(group, async () => {
            await aws.clock.sleep(passesMs, aws.signal);
            return deleteLogGroup(aws, group.id);
          }),
        ),
    );
  },

  state: ({ resources }) => (resources.some(({ part }) => part === "log-group") ? "done" : "todo"),
};
