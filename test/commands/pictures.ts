/** Pictures of the lab for the tests of its drawings. */
import type { LabPicture, PicturedVpc } from "../../src/lab/picture.ts";

export function picturedVpc(side: 1 | 2, values: Partial<PicturedVpc> = {}): PicturedVpc {
  return {
    id: `vpc-${side}`,
    name: `NextWork-${side}-vpc`,
    cidrs: [`10.${side}.0.0/16`],
    gateway: { id: `igw-${side}`, name: `NextWork-${side}-igw` },
    subnets: [
      {
        id: `subnet-${side}`,
        name: `NextWork-${side}-subnet-public1-eu-west-3a`,
        cidr: `10.${side}.0.0/20`,
        routeTable: {
          id: `rtb-${side}`,
          name: `NextWork-${side}-rtb-public`,
          isMainByDefault: false,
          routes: [
            { destination: `10.${side}.0.0/16`, target: "local", isBlackhole: false },
            { destination: "0.0.0.0/0", target: `NextWork-${side}-igw`, isBlackhole: false },
          ],
        },
        instances: [
          {
            id: `i-${side}`,
            name: `Instance - NextWork VPC ${side}`,
            state: "running",
            privateAddress: `10.${side}.4.12`,
            publicAddress: `3.111.45.10${side}`,
          },
        ],
      },
    ],
    flowLogs: [],
    ...values,
  };
}

export const PEERING = {
  id: "pcx-1",
  name: "VPC 1 <> VPC 2",
  status: "active",
  requesterVpcId: "vpc-1",
  accepterVpcId: "vpc-2",
};

export const FLOW_LOG = {
  id: "fl-1",
  of: "NextWork-1-vpc",
  trafficType: "ALL",
  destination: "NextWorkVPCFlowLogsGroup",
  failure: null,
} as const;

export function picture(values: Partial<LabPicture> = {}): LabPicture {
  return {
    vpcs: [picturedVpc(1, { flowLogs: [FLOW_LOG] }), picturedVpc(2)],
    peeringConnections: [PEERING],
    detachedGateways: [],
    ...values,
  };
}
