/** The public parameters that name Amazon's latest machine images; an account's own are not modelled. */
import {
  GetParameter$,
  type GetParameterRequest,
  GetParameters$,
  type GetParametersRequest,
  type Parameter,
} from "@aws-sdk/client-ssm";
import type { Context } from "../context.ts";
import { LATEST_IMAGE_PARAMETERS, latestImage } from "../ec2/instances/images.ts";
import { AwsError } from "../error.ts";
import { operation } from "../operation.ts";

function parameter(context: Context, name: string): Parameter | undefined {
  const prefix = `arn:aws:ssm:${context.regionName}::parameter`;
  const path = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  if (!LATEST_IMAGE_PARAMETERS.includes(path)) return undefined;
  const image = latestImage(context.regionName);
  return {
    Name: path,
    Type: "String",
    Value: image.imageId,
    Version: 118,
    LastModifiedDate: new Date(image.creationDate),
    ARN: `${prefix}${path}`,
    DataType: "text",
  };
}

export const getParameter = operation<GetParameterRequest, object>(
  GetParameter$,
  ["Name", "WithDecryption"],
  (context, input) => {
    const found = parameter(context, input.Name ?? "");
    if (!found) throw new AwsError("ParameterNotFound", `Parameter ${input.Name} not found.`);
    return { Parameter: found };
  },
);

export const getParameters = operation<GetParametersRequest, object>(
  GetParameters$,
  ["Names", "WithDecryption"],
  (context, input) => {
    const names = [...new Set(input.Names)];
    return {
      Parameters: names.flatMap((name) => parameter(context, name) ?? []),
      InvalidParameters: names.filter((name) => !parameter(context, name)),
    };
  },
);
