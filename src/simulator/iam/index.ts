/** IAM of the embedded AWS: global, one account, one user (the learner). */
import { byName, type Service } from "../service.ts";
import { attachmentOperations } from "./attachments.ts";
import { inlinePolicyOperations } from "./inline-policies.ts";
import { instanceProfileOperations } from "./instance-profiles.ts";
import { learnerOperations } from "./learner.ts";
import { policyOperations } from "./policies.ts";
import { policyVersionOperations } from "./policy-versions.ts";
import { roleOperations } from "./roles.ts";
import { simulateOperations } from "./simulate.ts";
import { tagOperations } from "./tags.ts";

export { roleNameFromArn } from "./names.ts";
export {
  findInstanceProfile,
  instanceProfileArn,
  instanceProfileHasPropagated,
  roleAllows,
  roleIsAssumableBy,
  roleOfInstanceProfile,
} from "./permissions.ts";

export const iamService: Service = {
  signingName: "iam",
  protocol: "common",
  operations: byName([
    ...roleOperations,
    ...inlinePolicyOperations,
    ...policyOperations,
    ...policyVersionOperations,
    ...attachmentOperations,
    ...instanceProfileOperations,
    ...tagOperations,
    ...simulateOperations,
    ...learnerOperations,
  ]),
  events: {},
};
