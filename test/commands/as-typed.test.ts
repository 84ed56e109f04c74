import { describe, expect, it } from "vitest";
import { asTyped } from "../../src/commands/as-typed.ts";

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

  it("is left alone where no flag was given", () => {
    expect(asTyped({}, {})("vpclab ping        pings once more")).toBe("vpclab ping        pings once more");
  });

  it("leaves other words alone", () => {
    const say = asTyped({ lab: "class-7" }, {});
    for (const text of ["vpclab · lab class-7", "the tag vpclab:lab", "vpclab uploads nothing"])
      expect(say(text)).toBe(text);
  });
});
