/** STS of the embedded AWS: it knows one caller. */
import {
  GetCallerIdentity$,
  type GetCallerIdentityRequest,
  type GetCallerIdentityResponse,
} from "@aws-sdk/client-sts";
import { learner } from "../iam/learner.ts";
import { operation } from "../operation.ts";
import { byName, type Service } from "../service.ts";

const getCallerIdentity = operation<GetCallerIdentityRequest, GetCallerIdentityResponse>(
  GetCallerIdentity$,
  [],
  (context) => {
    const { id, arn } = learner(context);
    return { UserId: id, Account: context.account, Arn: arn };
  },
);

export const stsService: Service = {
  signingName: "sts",
  protocol: "common",
  operations: byName([getCallerIdentity]),
  events: {},
};
