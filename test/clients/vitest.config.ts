import { defineConfig } from "vitest/config";

/** `npm run test:clients`: apart from `npm test`, because it needs the AWS CLI and boto3 and takes a minute or two. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/clients/*.clients.ts"],
    globalSetup: ["test/build.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    // The AWS CLI takes a second for every call on a slow machine, and the lab is a hundred of them.
    testTimeout: 480_000,
  },
});
