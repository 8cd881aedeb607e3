import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import { beforeEach, describe, it } from "vitest";
import { openIndexedDBStore } from "../../../src/store/indexeddb-store.ts";
import { openMemoryStore } from "../../../src/store/memory-store.ts";
import { storeSuite } from "../../../src/testing/store-suite.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

storeSuite("the memory store", async () => openMemoryStore(), { describe, it });
storeSuite("the IndexedDB store", () => openIndexedDBStore({ name: "suite" }), { describe, it });
