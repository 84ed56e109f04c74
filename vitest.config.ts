import { defineConfig } from "vitest/config";

/** These start the built program. */
const PROCESSES = ["test/cli/**/*.test.ts"];

const common = {
  testTimeout: 30_000,
  env: {
    // No test may find a real account: neither by this machine's files nor by instance metadata.
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  },
};

export default defineConfig({
  test: {
    // A test that needs another before it fails here. The seed is printed; `npm test -- --sequence.seed <seed>` brings
    // the same order back.
    sequence: { shuffle: true },
    coverage: {
      // In `npm run coverage`, and in .ci/run, which asks for it by this variable.
      enabled: process.env.VPCLAB_COVERAGE === "1",
      include: ["src/**/*.ts"],
      // The programs that tests start count for nothing here.
      reporter: ["text-summary", "html"],
      thresholds: { lines: 90 },
    },
    projects: [
      { test: { ...common, name: "processes", include: PROCESSES, globalSetup: ["test/build.ts"] } },
      {
        test: {
          ...common,
          name: "in process",
          include: ["test/**/*.test.ts"],
          exclude: [...PROCESSES, "test/clients/**", "test/resilience/**"],
          // Loading the SDK anew for each file takes longer than the tests.
          isolate: false,
          setupFiles: ["test/restore-clients.ts"],
        },
      },
    ],
  },
});
