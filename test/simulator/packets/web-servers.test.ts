import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteRouteCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from "@aws-sdk/client-ec2";
import { beforeEach, describe, expect, it } from "vitest";
import { type Embedded, embedded } from "../embedded.ts";
import { addRoute, describe1, type Lab, launch, makeLab, run } from "../lab.ts";
import { peer } from "../lab-network.ts";

const ENABLED = "systemctl enable --now httpd";
const STARTED = "systemctl start httpd";
const apache = (start: string) =>
  Buffer.from(
    `#!/bin/bash\nyum install -y httpd\n${start}\necho "<h1>Hello</h1>" > /var/www/html/index.html\n`,
  ).toString("base64");

describe("an instance with a web server by user data", () => {
  let aws: Embedded;
  let lab: Lab;

  beforeEach(async () => {
    aws = embedded();
    lab = await makeLab(aws);
    await aws.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: lab.vpc2.securityGroupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      }),
    );
  });

  const curl = async (id: string | undefined, options = "-sS -m 5") =>
    run(
      aws,
      lab.instance1.InstanceId,
      `curl ${options} http://${(await describe1(aws, id)).PublicIpAddress}`,
    );

  it("listens some time after the boot, and gives its page to whom the group lets in", async () => {
    const { InstanceId: id } = await launch(aws, lab.vpc2, { UserData: apache(STARTED) });
    await aws.clock.sleep(31_000);
    expect((await curl(id)).StandardErrorContent).toContain("curl: (7) Failed to connect");
    await aws.clock.sleep(60_000);
    expect(await curl(id)).toMatchObject({ Status: "Success", StandardOutputContent: "<h1>Hello</h1>\n" });
    const { StandardOutputContent: head } = await curl(id, "-sI");
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: Apache\/[\d.]+ \(Amazon Linux\)\r\n/);
    const { StandardOutputContent: both } = await curl(id, "-si");
    expect(both).toMatch(/^HTTP\/1\.1 200 OK\r\n(\S+: .+\r\n)+\r\n<h1>Hello<\/h1>\n$/);
    const address = (await describe1(aws, id)).PublicIpAddress;
    const missing = await run(aws, lab.instance1.InstanceId, `curl -fsS http://${address}/no.html`);
    expect(missing).toMatchObject({ ResponseCode: 22 });
    expect(missing.StandardErrorContent).toContain("The requested URL returned error: 404");
    expect((await run(aws, lab.instance1.InstanceId, `curl -sS https://${address}:80`)).ResponseCode).toBe(
      35,
    );
    expect((await run(aws, lab.instance1.InstanceId, `nc -zv ${address} 80`)).Status).toBe("Success");
  });

  it("has none where the package could not be fetched for want of a route", async () => {
    const blind = await launch(aws, lab.vpc2, { UserData: apache(STARTED) });
    await aws.ec2.send(
      new DeleteRouteCommand({ RouteTableId: lab.vpc2.routeTableId, DestinationCidrBlock: "0.0.0.0/0" }),
    );
    const peeringId = await peer(aws, lab.vpc1.vpcId, lab.vpc2.vpcId);
    await addRoute(aws, lab.vpc1, "10.2.0.0/16", peeringId);
    await addRoute(aws, lab.vpc2, "10.1.0.0/16", peeringId);
    await aws.clock.sleep(120_000);
    const result = await run(
      aws,
      lab.instance1.InstanceId,
      `curl -sS http://${(await describe1(aws, blind.InstanceId)).PrivateIpAddress}`,
    );
    expect(result).toMatchObject({ ResponseCode: 7 });
  });

  it("has it again after a stop where it was enabled, and not where it was only started", async () => {
    const ids = await Promise.all(
      [ENABLED, STARTED].map(async (start) =>
        String((await launch(aws, lab.vpc2, { UserData: apache(start) })).InstanceId),
      ),
    );
    await aws.clock.sleep(120_000);
    for (const id of ids) expect((await curl(id)).Status).toBe("Success");
    await aws.ec2.send(new StopInstancesCommand({ InstanceIds: ids }));
    await aws.clock.sleep(60_000);
    await aws.ec2.send(new StartInstancesCommand({ InstanceIds: ids }));
    await aws.clock.sleep(120_000);
    expect((await curl(ids[0])).Status).toBe("Success");
    expect((await curl(ids[1])).ResponseCode).toBe(7);
  });
});
