import { defineConfig } from "vitest/config";
import { Survivors } from "./survivors.ts";

export default defineConfig({
  test: {
    include: ["test/resilience/**/*.test.ts"],
    globalSetup: ["test/build.ts"],
    // In the order written: random-kills and local-files each do to one lab one thing after the other.
    sequence: { shuffle: false },
    // Much of the time is processes that wait: more files at once than there are cores.
    maxWorkers: 3,
    slowTestThreshold: 30_000,
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: [new Survivors()],
    env: {
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
  },
});
