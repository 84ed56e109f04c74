import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pageOf } from "../../../src/simulator/guest/web-page.ts";
import { webServerOf } from "../../../src/simulator/guest/web-server.ts";

const HOST = { hostname: "ip-10-2-9-80.ec2.internal", privateAddress: "10.2.9.80" };

const setUpBy = (script: string) => webServerOf(Buffer.from(script).toString("base64"), HOST);

const APACHE = { program: "httpd", port: 80, needsPackage: true };

describe("the web server that user data sets up", () => {
  it("is Apache, with what echo wrote as its page", () => {
    const script = `#!/bin/bash
      yum update -y
      yum install -y httpd
      systemctl start httpd
      systemctl enable httpd
      echo "<h1>Hello from $(hostname -f)</h1>" > /var/www/html/index.html`;
    expect(setUpBy(script)).toEqual({
      ...APACHE,
      startsAtBoot: true,
      files: { "/index.html": "<h1>Hello from ip-10-2-9-80.ec2.internal</h1>\n" },
    });
  });

  it.each([
    "dnf -y install httpd && systemctl enable --now httpd",
    "sudo dnf install -y httpd php >/dev/null 2>&1; sudo systemctl enable httpd.service; sudo systemctl start httpd.service",
    "yum install httpd -y\nservice httpd start\nchkconfig httpd on",
  ])("is Apache by `%s`", (line) => {
    expect(setUpBy(`#!/bin/bash -xe\n${line}\n`)).toEqual({ ...APACHE, startsAtBoot: true, files: {} });
  });

  it("is nginx, with the page from a here-document or through tee", () => {
    const here = "cat <<EOF > /usr/share/nginx/html/index.html\n<p>`hostname -I`</p>\nEOF\n";
    const tee = "echo '<p>10.2.9.80 </p>' | sudo tee /usr/share/nginx/html/index.html";
    for (const writing of [here, tee])
      expect(setUpBy(`#!/bin/sh\ndnf install -y nginx\n${writing}\nsystemctl start nginx`)).toMatchObject({
        program: "nginx",
        startsAtBoot: false,
        files: { "/index.html": "<p>10.2.9.80 </p>\n" },
      });
  });

  it("is Python's, on the port and in the folder that it is given, without a package", () => {
    const script =
      "#!/bin/bash\nmkdir -p /srv/www; cd /srv/www\necho hi > a.txt\nnohup python3 -m http.server 8080 &";
    const python = { program: "python3", needsPackage: false, startsAtBoot: false };
    expect(setUpBy(script)).toEqual({ ...python, port: 8080, files: { "/a.txt": "hi\n" } });
    expect(setUpBy("#!/bin/bash\npython3 -m http.server")).toEqual({ ...python, port: 8000, files: {} });
  });

  it.each([
    ["not installed", "#!/bin/bash\nsystemctl start httpd"],
    ["not started", "#!/bin/bash\nyum install -y httpd"],
    ["started before it is installed", "#!/bin/bash\nsystemctl start httpd\nyum install -y httpd"],
    [
      "installed by a program that Amazon Linux lacks",
      "#!/bin/bash\napt-get install -y nginx\nsystemctl start nginx",
    ],
    ["only in comments", "#!/bin/bash\n# yum install -y httpd\n# systemctl start httpd"],
    ["in a script that cloud-init does not run", "yum install -y httpd\nsystemctl start httpd"],
    ["not meant", "#!/bin/sh\nshutdown -P +240\n"],
  ])("is none where it is %s", (_, script) => {
    expect(setUpBy(script)).toBeUndefined();
  });

  it("says in its page what of the script is not modelled", () => {
    const script =
      '#!/bin/bash\necho "$(curl -s ifconfig.me) in $AZ" > /index.html\npython3 -m http.server 80 &';
    expect(setUpBy(script)?.files).toEqual({
      "/index.html": "[not modelled: curl -s ifconfig.me] in [not modelled: $AZ]\n",
    });
  });

  it("takes no script amiss", () => {
    const piece = fc.constantFrom(
      ...[
        "echo x",
        " > //[",
        "'",
        '"',
        "$(",
        "`",
        "<<E\n",
        "E\n",
        "&",
        "|",
        "tee",
        "\\",
        "\n",
        "cd ..",
        "python3 -m http.server 80",
      ],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), (pieces) => {
        const server = setUpBy(`#!/bin/bash\n${pieces.join(" ")}`);
        if (server) expect(pageOf(server, "/%[", 0).status).toBe(404);
      }),
    );
  });

  it("answers 404 for what it has not, and greets as installed", () => {
    const page = (files: Record<string, string>, path: string) =>
      pageOf({ ...APACHE, program: "httpd", startsAtBoot: true, files }, path, 0);
    expect(page({}, "/")).toMatchObject({ status: 403, body: expect.stringContaining("It works!") });
    expect(page({ "/index.html": "é\n" }, "/")).toMatchObject({ status: 200, body: "é\n" });
    expect(page({ "/index.html": "é\n" }, "/").head).toContain("\r\nContent-Length: 3\r\n");
    expect(page({}, "/nothing").status).toBe(404);
  });
});
