/**
 * Volumes: an instance's disk. It goes with its instance unless somebody had it kept (DeleteOnTermination off) or
 * detached it: then it stays, carries the lab's tag still, and is paid for.
 */
import {
  DeleteVolumeCommand,
  type Filter,
  type Instance,
  paginateDescribeVolumes,
  type Volume,
} from "@aws-sdk/client-ec2";
import type { LabSpec } from "../lab/spec.ts";
import type { Aws } from "./clients.ts";
import { type Deletion, deleteUntilGone } from "./deletion.ts";
import { isCode, LabError } from "./errors.ts";
import { describeInstances, isStanding } from "./instance.ts";
import { allPages, labFilters } from "./tags.ts";

export function describeVolumes(aws: Aws, filters: Filter[]): Promise<Volume[]> {
  return allPages(paginateDescribeVolumes({ client: aws.ec2 }, { Filters: filters }), (page) => page.Volumes);
}

/** Deleted already; AWS may show it so for minutes (API reference, DeleteVolume). */
export function isBeingDeleted({ State }: Volume): boolean {
  return State === "deleting" || State === "deleted";
}

/** The instances that have it; all but a few special volumes have one at most. */
export function holdersOf({ Attachments = [] }: Volume): string[] {
  return Attachments.flatMap(({ InstanceId }) => InstanceId ?? []);
}

/**
 * Whether it goes, or comes, with one of these instances: attached, to be deleted on termination, or just being made for
 * a launch.
 */
export function goesWithInstance(volume: Volume, instances: readonly Instance[]): boolean {
  if (volume.State === "creating") return true;
  const { Attachments = [] } = volume;
  return (
    Attachments.length > 0 &&
    Attachments.every(
      ({ InstanceId, DeleteOnTermination }) =>
        DeleteOnTermination === true && instances.some((instance) => instance.InstanceId === InstanceId),
    )
  );
}

/**
 * Deletes one that carries the lab's tag, and waits, up to 10 minutes, until it is gone. Borne is that its instance is
 * still on its way out; it is never detached from one that stands.
 * @throws LabError "blocked" that names the instance
 */
export async function deleteVolume(aws: Aws, spec: LabSpec, id: string): Promise<Deletion> {
  const find = async () => {
    const byId = [...labFilters(spec), { Name: "volume-id", Values: [id] }];
    return (await describeVolumes(aws, byId))[0];
  };
  if ((await find()) === undefined) return "absent";
  return deleteUntilGone(aws, {
    what: `volume ${id}`,
    atMostMs: 600_000,
    passes: (error) => isCode(error, "VolumeInUse"),
    async lookForBlockers() {
      const volume = await find();
      const holders = volume === undefined ? [] : holdersOf(volume);
      if (holders.length === 0) return;
      const instances = await describeInstances(aws, [{ Name: "instance-id", Values: holders }]);
      const standing = instances.filter(isStanding).flatMap(({ InstanceId }) => InstanceId ?? []);
      if (standing.length > 0)
        throw new LabError("blocked", `Volume ${id} is attached to ${standing.join(", ")}, which goes on.`, {
          next: ["Terminate the instance or detach the volume, then run `vpclab teardown` again."],
        });
    },
    delete: () => aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id })),
    isThere: async () => (await find()) !== undefined,
  });
}
