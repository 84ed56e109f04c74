import { describe, expect, it } from "vitest";
import {
  ipv4Address,
  type LabFlags,
  labChoices,
  labName,
  regionName,
  stepName,
  wholeNumber,
} from "../../src/commands/options.ts";

const choices = (flags: LabFlags) => labChoices(flags, undefined, 4);
const refusal = (attempt: () => unknown) => {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe("the lab's options", () => {
  it("are the tutorial's where nothing is said", () => {
    expect(choices({})).toEqual({
      cidr1: "10.1.0.0/16",
      cidr2: "10.2.0.0/16",
      retentionDays: undefined,
      trafficType: "ALL",
      aggregationSeconds: 60,
      instanceType: undefined,
      sshFrom: "0.0.0.0/0",
      hours: 4,
      leastPrivilege: false,
    });
  });

  it("take the flags", () => {
    const flags = {
      retention: "30",
      traffic: "REJECT",
      aggregation: "600",
      instanceType: "t3.small",
      sshFrom: "203.0.113.7/32",
      cidr1: "192.168.0.0/24",
      cidr2: "192.168.1.0/24",
      hours: "never",
    };
    expect(choices(flags)).toMatchObject({
      retentionDays: 30,
      trafficType: "REJECT",
      aggregationSeconds: 600,
      instanceType: "t3.small",
      sshFrom: "203.0.113.7/32",
      cidr1: "192.168.0.0/24",
      hours: undefined,
    });
    expect(choices({ sshFrom: "none", retention: "never" })).toMatchObject({
      sshFrom: undefined,
      retentionDays: undefined,
    });
    expect(choices({ leastPrivilege: true })).toMatchObject({ leastPrivilege: true });
  });

  it("keep what an earlier up was asked for, unless a flag says otherwise", () => {
    const remembered = {
      cidr1: "10.8.0.0/16",
      cidr2: "10.9.0.0/16",
      trafficType: "ACCEPT",
      aggregationSeconds: 600,
      leastPrivilege: true,
    } as const;
    expect(labChoices({}, remembered, 4)).toMatchObject({
      cidr1: "10.8.0.0/16",
      trafficType: "ACCEPT",
      sshFrom: undefined,
      leastPrivilege: true,
    });
    expect(labChoices({ traffic: "ALL" }, remembered, 4)).toMatchObject({
      trafficType: "ALL",
      cidr2: "10.9.0.0/16",
    });
  });
});

describe("bad input is a usage error with the fix", () => {
  it.each<[LabFlags, RegExp]>([
    [{ cidr1: "10.1.0.0" }, /--cidr-1/],
    [{ cidr1: "10.1.0.0/33" }, /--cidr-1/],
    [{ cidr1: "10.1.0.0/8" }, /\/16/],
    [{ cidr2: "10.2.0.0/29" }, /\/28/],
    [{ cidr2: "10.2.3.4/16" }, /10\.2\.0\.0\/16/],
    [{ cidr1: "10.2.0.0/17" }, /overlap/],
    [{ retention: "2" }, /--retention/],
    [{ traffic: "all" }, /ALL, ACCEPT or REJECT/],
    [{ aggregation: "90" }, /60 or 600/],
    [{ instanceType: "big" }, /--instance-type/],
    [{ sshFrom: "me" }, /--ssh-from/],
    [{ sshFrom: "10.0.0.1/8" }, /host bits/],
    [{ hours: "0" }, /--hours/],
    [{ hours: "1.5" }, /--hours/],
  ])("%o", (flags, message) => {
    expect(refusal(() => choices(flags))).toMatchObject({
      code: "usage",
      exitCode: 2,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    ["a lab's name with capitals", () => labName("NextWork")],
    ["an empty lab's name", () => labName("")],
    ["a lab's name of 33", () => labName("a".repeat(33))],
    ["a lab's name that would make a group's begin with sg-", () => labName("sg-7")],
    ["a flag where the lab's name was forgotten", () => labName("--yes")],
    ["a path as a lab's name", () => labName("../x")],
    ["a Region that is none", () => regionName("eu-west-9")],
    ["a Region by its city", () => regionName("Paris")],
    ["a Region that every object of JavaScript has", () => regionName("toString")],
    ["a step that is none", () => stepName("coffee")],
    ["a count of 0", () => wholeNumber("--count", "0", 1, 100)],
    ["a count of 101", () => wholeNumber("--count", "101", 1, 100)],
    ["a count in hexadecimal", () => wholeNumber("--count", "0x5", 1, 100)],
    ["an address with a command behind it", () => ipv4Address("1.1.1.1;reboot")],
    ["an address with a newline", () => ipv4Address("1.1.1.1\nreboot")],
    ["an address that is a name", () => ipv4Address("example.com")],
    ["an address with an option before it", () => ipv4Address("-f 1.1.1.1")],
    ["an octal address", () => ipv4Address("010.1.1.1")],
  ])("%s", (_what, attempt) => {
    expect(refusal(attempt)).toMatchObject({ code: "usage", exitCode: 2 });
  });

  it("names the steps that are offered", () => {
    expect(() => stepName("coffee")).toThrow(
      "The steps are vpcs, instances, log-group, flow-log, first-ping, peering, analyze.",
    );
  });

  it("names Regions near a mistyped one", () => {
    expect(() => regionName("eu-west-9")).toThrow(/eu-west-3/);
  });
});
