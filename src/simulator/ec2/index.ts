/** EC2 of the embedded AWS: one file a resource, joined here. */
import { byName, type Service } from "../service.ts";
import { operations as catalogue } from "./catalogue.ts";
import { operations as defaultVpc } from "./default-vpc.ts";
import { operations as elasticIps } from "./elastic-ips.ts";
import { flowLogEvents, flowLogOperations } from "./flow-logs/index.ts";
import { instanceEvents, instanceOperations } from "./instances/index.ts";
import { operations as internetGateways } from "./internet-gateways.ts";
import { operations as networkAclEntries } from "./network-acl-entries.ts";
import { operations as networkAcls } from "./network-acls.ts";
import { operations as neverMade } from "./never-made.ts";
import { operations as peeringConnections, events as peeringEvents } from "./peering-connections.ts";
import { operations as prefixLists } from "./prefix-lists.ts";
import { operations as routeTableAssociations } from "./route-table-associations.ts";
import { operations as routeTables } from "./route-tables.ts";
import { operations as routes } from "./routes.ts";
import { operations as securityGroupRules } from "./security-group-rules.ts";
import { operations as securityGroups } from "./security-groups.ts";
import { operations as subnets } from "./subnets.ts";
import { operations as tags } from "./tags.ts";
import { operations as vpcs } from "./vpcs.ts";

export const ec2Service: Service = {
  signingName: "ec2",
  protocol: "ec2",
  operations: byName([
    ...catalogue,
    ...prefixLists,
    ...vpcs,
    ...defaultVpc,
    ...subnets,
    ...internetGateways,
    ...routeTables,
    ...routeTableAssociations,
    ...routes,
    ...securityGroups,
    ...securityGroupRules,
    ...networkAcls,
    ...networkAclEntries,
    ...elasticIps,
    ...peeringConnections,
    ...neverMade,
    ...tags,
    ...instanceOperations,
    ...flowLogOperations,
  ]),
  events: { ...peeringEvents, ...instanceEvents, ...flowLogEvents },
};
