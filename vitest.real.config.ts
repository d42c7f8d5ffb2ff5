import { defineConfig } from "vitest/config";

// `npm run test:real`: needs sops, age and Airflow; what is absent fails, nothing is skipped.
export default defineConfig({
  test: {
    include: ["test/real/**/*.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    fileParallelism: false,
  },
});
