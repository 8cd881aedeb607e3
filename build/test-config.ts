import type { ViteUserConfig } from "vitest/config";

/** The test projects. `scripts/test.mjs` runs them all, with types, lint, browser and packaging around them. */
export const tests: NonNullable<ViteUserConfig["test"]> = {
  projects: [
    { extends: true, test: { name: "unit", environment: "happy-dom", include: ["test/unit/**/*.test.ts"] } },
    { extends: true, test: { name: "property", environment: "node", include: ["test/property/**/*.test.ts"] } },
  ],
};
