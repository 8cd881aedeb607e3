import type { ViteUserConfig } from "vitest/config";

/** Long: a test that waits for something is to fail where it never comes, and not where the machine is busy. */
const expect = { poll: { timeout: 20_000 } };
const patience = { testTimeout: 30_000, expect };

/** The test projects. `scripts/test.mjs` runs them all, with types, lint, browser and packaging around them. */
export const tests: NonNullable<ViteUserConfig["test"]> = {
  projects: [
    {
      extends: true,
      test: {
        name: "unit",
        sequence: { groupOrder: 0 },
        environment: "happy-dom",
        include: ["test/unit/**/*.test.ts"],
        ...patience,
      },
    },
    {
      extends: true,
      test: {
        name: "property",
        sequence: { groupOrder: 0 },
        environment: "node",
        include: ["test/property/**/*.test.ts"],
        ...patience,
      },
    },
    {
      extends: true,
      test: {
        name: "packaging",
        sequence: { groupOrder: 1 },
        environment: "node",
        include: ["test/packaging/**/*.test.ts"],
        globalSetup: ["test/packaging/setup.ts"],
        testTimeout: 120_000,
        hookTimeout: 120_000,
      },
    },
    {
      extends: true,
      test: {
        name: "browser",
        // After the others: it has workers of its own, and a loaded machine makes browsers slow.
        sequence: { groupOrder: 2 },
        environment: "node",
        include: ["test/browser/**/*.test.ts"],
        globalSetup: ["test/browser/setup.ts"],
        // A browser per test; two at once are all that two cores carry.
        maxWorkers: 2,
        testTimeout: 120_000,
        hookTimeout: 120_000,
        expect,
      },
    },
  ],
};
