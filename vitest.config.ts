import { defineConfig } from "vitest/config";

// `npm test`: what needs Node and npm only. The suites against real parts are in vitest.real.config.ts and vitest.cluster.config.ts.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/real/**", "test/cluster/**"],
    testTimeout: 30_000,
  },
});
