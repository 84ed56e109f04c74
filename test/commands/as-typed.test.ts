import { describe, expect, it } from "vitest";
import { asTyped } from "../../src/commands/as-typed.ts";
import { wrapText } from "../../src/ui/text.ts";

describe("a suggested command", () => {
  it("repeats the flags that say which lab is meant", () => {
    const say = asTyped({ lab: "class-7", region: "eu-west-3", simulate: true }, {});
    expect(say("Next: vpclab teardown    takes everything down")).toBe(
      "Next: vpclab teardown --lab class-7 --region eu-west-3 --simulate    takes everything down",
    );
    expect(say("Run `vpclab up`: it goes on")).toBe(
      "Run `vpclab up --lab class-7 --region eu-west-3 --simulate`: it goes on",
    );
  });

  it("is changed once, and not where it says the flag itself", () => {
    const say = asTyped({ lab: "class-7", region: "eu-west-3" }, { npm_lifecycle_event: "npx" });
    const once = say("vpclab logs reconcile, then vpclab up --region us-east-1");
    expect(once).toContain("npx vpclab up --lab class-7 --region us-east-1");
    expect(say(once)).toBe(once);
  });

  it("is changed once, wherever it was wrapped meanwhile", () => {
    const say = asTyped(
      { lab: "class-7", region: "eu-west-3", simulate: true, endpointUrl: "http://127.0.0.1:4600" },
      { npm_lifecycle_event: "npx" },
    );
    const once = say("First `vpclab logs explain`, then `vpclab teardown` removes all of it.");
    expect(once).toMatch(
      /`npx vpclab logs explain --lab class-7 .*`, then `npx vpclab teardown --lab class-7 /,
    );
    for (let width = 1; width <= once.length; width++)
      for (const margin of ["", "    "]) {
        const wrapped = wrapText(once, width).join(`\n${margin}`);
        expect(say(wrapped)).toBe(wrapped);
      }
  });

  it("has the names of others as a shell takes them, and is changed once then, too", () => {
    const say = asTyped({ profile: "my class; reboot", endpointUrl: "http://h.test/?a&b" }, {});
    const once = say("First vpclab up --until peering, then vpclab status");
    expect(once).toBe(
      "First vpclab up --endpoint-url 'http://h.test/?a&b' --profile 'my class; reboot' --until peering, " +
        "then vpclab status --endpoint-url 'http://h.test/?a&b' --profile 'my class; reboot'",
    );
    for (let width = 1; width <= once.length; width++) {
      const wrapped = wrapText(once, width).join("\n");
      expect(say(wrapped)).toBe(wrapped);
    }
  });

  it("is one of its own on each line", () => {
    const say = asTyped({ lab: "class-7" }, {});
    expect(say("vpclab up\nvpclab status --lab other")).toBe(
      "vpclab up --lab class-7\nvpclab status --lab other",
    );
    expect(say("vpclab up\n  on lab --lab x")).toBe("vpclab up --lab class-7\n  on lab --lab x");
  });

  it("is left alone where no flag was given", () => {
    expect(asTyped({}, {})("vpclab ping        pings once more")).toBe("vpclab ping        pings once more");
  });

  it("leaves other words alone", () => {
    const say = asTyped({ lab: "class-7" }, {});
    for (const text of ["vpclab · lab class-7", "the tag vpclab:lab", "vpclab uploads nothing"])
      expect(say(text)).toBe(text);
  });
});
