/**
 * What cloud-init does with user data some time after an instance's first boot: of all that a script may say, the web
 * server that it sets up, and a power-off that it plans. Services that are enabled come back with later boots; what was
 * only started does not, nor does a planned power-off.
 */

import type { Context, EventHandler } from "../context.ts";
import { privateDnsName } from "../ec2/dns-names.ts";
import type { InstanceState, NetworkInterfaceState } from "../ec2/state.ts";
import { openConnection, talk } from "./connection.ts";
import { PACKAGE_REPOSITORY } from "./hosts.ts";
import { machineOf } from "./machine.ts";
import { powerOffAfterMs } from "./power-off.ts";
import { type WebServer, webServerOf } from "./web-server.ts";

const KIND = "guest.user-data";
/** What EC2 does then is told by the instance's shutdown behaviour: see lifecycle.ts. */
const POWERS_OFF = "ec2.instance-powers-off";
/** From `running` until cloud-init has come to the script; a package takes as long again and more. */
const CLOUD_INIT_MS = [8_000, 15_000] as const;
const PACKAGE_MS = [12_000, 30_000] as const;
/** dnf gives a mirror up after 30 s. */
const MIRROR_PATIENCE_MS = 30_000;
/** TLS, the request, and the package in segments of full size. (The index of all packages is left out.) */
const DOWNLOAD = [517, 4_316, 80, 574, 210, ...Array.from({ length: 120 }, (_, at) => (at % 2 ? 0 : 1_448))];

/** Called when an instance has come to run: lets its user data take effect when it is due. */
export function planUserData(context: Context, instance: InstanceState): void {
  if (instance.userData === undefined || instance.hasRunUserData) return;
  const server = serverOf(context, instance);
  if (!server && powerOffAfterMs(instance.userData) === undefined) return;
  const packageMs = server?.needsPackage ? context.randomInteger(...PACKAGE_MS) : 0;
  context.schedule(context.now + context.randomInteger(...CLOUD_INIT_MS) + packageMs, {
    kind: KIND,
    region: context.regionName,
    subject: instance.id,
  });
}

/** Called when an instance stops or boots again. */
export function endWhatIsNotEnabled(context: Context, instance: InstanceState): void {
  context.unschedule(instance.id, KIND, POWERS_OFF);
  if (instance.webServer?.startsAtBoot === false) delete instance.webServer;
}

export const firstBootEvents: Readonly<Record<string, EventHandler>> = {
  [KIND]: (context, event) => {
    const instance = context.region.ec2.instances[event.subject];
    if (instance?.state !== "running") return;
    instance.hasRunUserData = true;
    const server = serverOf(context, instance);
    if (server && (!server.needsPackage || fetchesPackage(context, instance))) instance.webServer = server;
    const powerOffMs = powerOffAfterMs(instance.userData ?? "");
    if (powerOffMs !== undefined) context.schedule(context.now + powerOffMs, { ...event, kind: POWERS_OFF });
  },
};

function serverOf(context: Context, instance: InstanceState): WebServer | undefined {
  const networkInterface: NetworkInterfaceState | undefined =
    context.region.ec2.networkInterfaces[instance.networkInterfaceId];
  if (!networkInterface || instance.userData === undefined) return undefined;
  const { privateAddress } = networkInterface;
  return webServerOf(instance.userData, {
    privateAddress,
    hostname: privateDnsName(context.regionName, privateAddress),
  });
}

/** Whether name, way out and way back to Amazon Linux's repository are there; sends the packets that ask. */
function fetchesPackage(context: Context, instance: InstanceState): boolean {
  const machine = machineOf(context, instance);
  const address = machine?.resolve(PACKAGE_REPOSITORY);
  if (!machine || address === undefined) return false;
  const attempt = openConnection(machine, address, 443, MIRROR_PATIENCE_MS);
  if (attempt.state !== "open") return false;
  talk(machine, attempt.connection, DOWNLOAD);
  return true;
}
