/** CloudWatch Logs of the embedded AWS. */
import { byName, type Service } from "../service.ts";
import { deliveryOperations } from "./delivery.ts";
import { filterLogEventsOperations } from "./filter-log-events.ts";
import { getLogEventsOperations } from "./get-log-events.ts";
import { logGroupOperations } from "./log-groups.ts";
import { logStreamOperations } from "./log-streams.ts";
import { queryOperations } from "./queries.ts";
import { startQueryOperations } from "./start-query.ts";
import { tagOperations } from "./tags.ts";

export { type Delivery, deliverLogEvents } from "./delivery.ts";

export const logsService: Service = {
  signingName: "logs",
  protocol: "json",
  targetPrefix: "Logs_20140328",
  operations: byName([
    ...logGroupOperations,
    ...tagOperations,
    ...logStreamOperations,
    ...deliveryOperations,
    ...getLogEventsOperations,
    ...filterLogEventsOperations,
    ...startQueryOperations,
    ...queryOperations,
  ]),
  events: {},
};
