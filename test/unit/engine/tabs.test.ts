import { expect, it } from "vitest";
import { openTabs } from "../../../src/engine/tabs.ts";
import type { KeepsakeEvent } from "keepsake";

it("what commits while the engine closes is told to this tab, and is no error", () => {
  const told: KeepsakeEvent[] = [];
  const tabs = openTabs("closing", (event) => told.push(event));
  tabs.close();
  const event = { type: "committed" as const, seq: 1, scopeKeys: ["k"], opId: "op" };
  tabs.announce(event);
  expect(told).toEqual([event]);
});
