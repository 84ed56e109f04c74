/**
 * What a VPC can hold on AWS and never does here, because nothing makes it: VPC endpoints and NAT gateways. Whoever looks
 * for them, to see what keeps a VPC from being deleted, finds none.
 */
import {
  DescribeNatGateways$,
  type DescribeNatGatewaysRequest,
  DescribeVpcEndpoints$,
  type DescribeVpcEndpointsRequest,
} from "@aws-sdk/client-ec2";
import { AwsError } from "../error.ts";
import { type Operation, operation } from "../operation.ts";
import { type FilterFields, filtered } from "./filters.ts";
import { page } from "./pages.ts";

/** The filters that AWS has, so that a wrong one is refused here too. */
function fields(...names: readonly string[]): FilterFields<object> {
  return Object.fromEntries(names.map((name) => [name, () => undefined]));
}

const ENDPOINT_FIELDS = fields(
  "ip-address-type",
  "service-name",
  "service-region",
  "vpc-endpoint-id",
  "vpc-endpoint-state",
  "vpc-endpoint-type",
  "vpc-id",
);
const NAT_GATEWAY_FIELDS = fields("nat-gateway-id", "state", "subnet-id", "vpc-id");

export const operations: readonly Operation[] = [
  operation<DescribeVpcEndpointsRequest, object>(
    DescribeVpcEndpoints$,
    ["VpcEndpointIds", "Filters", "MaxResults", "NextToken"],
    (_context, input) => {
      const [id] = input.VpcEndpointIds ?? [];
      if (id !== undefined)
        throw new AwsError("InvalidVpcEndpointId.NotFound", `The Vpc Endpoint Id '${id}' does not exist`);
      page(filtered([], input.Filters, ENDPOINT_FIELDS), String, input);
      return { VpcEndpoints: [] };
    },
  ),
  operation<DescribeNatGatewaysRequest, object>(
    DescribeNatGateways$,
    ["NatGatewayIds", "Filter", "MaxResults", "NextToken"],
    (_context, input) => {
      const [id] = input.NatGatewayIds ?? [];
      if (id !== undefined) throw new AwsError("NatGatewayNotFound", `NatGateway ${id} was not found`);
      page(filtered([], input.Filter, NAT_GATEWAY_FIELDS), String, input);
      return { NatGateways: [] };
    },
  ),
];
