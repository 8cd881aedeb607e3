/** The page only passes calls on: what has a worker of its own (whole memories) runs here, all else in a worker. */
import { memoryCases } from "./memory-cases.mjs";
import { pageTasks } from "./page-tasks.mjs";

const onPage = { ...memoryCases, pageTasks };

const worker = new Worker(new URL("./worker.mjs", import.meta.url), { type: "module" });
const waiting = new Map();
let lastId = 0;

worker.onmessage = ({ data: { id, value, error } }) => {
  if (id === "ready") {
    window.benchReady = true;
    return;
  }
  const { resolve, reject } = waiting.get(id);
  waiting.delete(id);
  if (error === undefined) resolve(value);
  else reject(new Error(error));
};
worker.onerror = (event) => {
  for (const { reject } of waiting.values()) reject(new Error(event.message));
  waiting.clear();
};

window.bench = (method, args) =>
  method in onPage
    ? onPage[method](...args)
    : new Promise((resolve, reject) => {
        waiting.set(++lastId, { resolve, reject });
        worker.postMessage({ id: lastId, method, args });
      });
