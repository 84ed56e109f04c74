/**
 * The machine images of the embedded AWS: Amazon Linux 2023 for x86_64, one image id a Region, as AWS has it. The
 * SSM parameter, DescribeImages and RunInstances all ask here, so that they never disagree.
 */

import { AwsError } from "../../error.ts";
import { hexDigits } from "../amazon-ids.ts";

export interface Image {
  readonly imageId: string;
  readonly name: string;
  readonly description: string;
  readonly architecture: "x86_64";
  readonly rootDeviceName: string;
  readonly rootVolumeGiB: number;
  readonly snapshotId: string;
  readonly creationDate: string;
}

/** The owner of Amazon's own images. */
export const AMAZON_IMAGE_OWNER = "137112412989";

/** The public SSM parameters that name the latest Amazon Linux 2023 for x86_64. */
export const LATEST_IMAGE_PARAMETERS: readonly string[] = [
  "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
  "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64",
];

/** The latest Amazon Linux 2023 image of a Region. */
export function latestImage(regionName: string): Image {
  return {
    imageId: `ami-0${hexDigits(`image ${regionName}`)}`,
    name: "al2023-ami-2023.9.20251208.0-kernel-6.1-x86_64",
    description: "Amazon Linux 2023 AMI 2023.9.20251208.0 x86_64 HVM kernel-6.1",
    architecture: "x86_64",
    rootDeviceName: "/dev/xvda",
    rootVolumeGiB: 8,
    snapshotId: `snap-0${hexDigits(`snapshot ${regionName}`)}`,
    creationDate: "2025-12-08T18:21:43.000Z",
  };
}

/** The images that a Region offers. */
export function imagesIn(regionName: string): readonly Image[] {
  return [latestImage(regionName)];
}

/** @throws AwsError InvalidAMIID.Malformed, InvalidAMIID.NotFound: also for the image of another Region */
export function requireImage(regionName: string, id: string): Image {
  if (!/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id))
    throw new AwsError("InvalidAMIID.Malformed", `Invalid id: "${id}" (expecting "ami-...")`);
  const image = imagesIn(regionName).find(({ imageId }) => imageId === id);
  if (!image) throw new AwsError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  return image;
}
