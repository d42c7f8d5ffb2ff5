import { defineConfig } from "vitest/config";

// `npm run test:cluster`: needs etcd, kube-apiserver and kube-controller-manager; what is absent fails, nothing is skipped.
export default defineConfig({
  test: {
    include: ["test/cluster/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
