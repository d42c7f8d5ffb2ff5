import { defineConfig } from "vitest/config";

// `npm test`: what needs Node and npm only. The suites against real parts are in vitest.real.config.ts.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/real/**"],
    testTimeout: 30_000,
  },
});
