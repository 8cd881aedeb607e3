/** Who has memories. */
import { SCOPE_IDS } from "../scope.ts";
import type { EngineContext } from "./context.ts";
import type { EntityCount } from "./results.ts";

const TYPES = { userId: "user", agentId: "agent", appId: "app", runId: "run" } as const;

/** Users, agents, apps, runs; each by id. */
export async function entities(context: EngineContext): Promise<EntityCount[]> {
  const counts = new Map(SCOPE_IDS.map((key) => [key, new Map<string, number>()]));
  await context.store.read(["scopes", "memories"], async (tx) => {
    for (const { scopeKey, scope } of await tx.getAll("scopes")) {
      const records = await tx.getAll("memories", { index: "scope", prefix: [scopeKey] });
      const live = records.filter((record) => !record.deletedAt).length;
      if (live === 0) continue;
      for (const [key, byId] of counts) {
        const id = scope[key];
        if (id !== undefined) byId.set(id, (byId.get(id) ?? 0) + live);
      }
    }
  });
  return [...counts].flatMap(([key, byId]) =>
    [...byId].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, memories]) => ({ type: TYPES[key], id, memories })),
  );
}
