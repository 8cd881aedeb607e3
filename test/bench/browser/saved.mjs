/** What an index saved, in IndexedDB: the same way for all, so that only size and form differ. */
const DATABASE = "saved-index";

function database() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("values");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {unknown[]} values what structured clone takes, one row each
 * @returns {Promise<number>} bytes that this origin now has on disk, by the browser's own count
 */
export async function store(values) {
  const db = await database();
  await new Promise((resolve, reject) => {
    const transaction = db.transaction("values", "readwrite", { durability: "strict" });
    values.forEach((value, i) => transaction.objectStore("values").put(value, i));
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  db.close();
  return (await navigator.storage.estimate()).usage;
}

/** @returns {Promise<unknown[]>} */
export async function load() {
  const db = await database();
  const values = await new Promise((resolve, reject) => {
    const request = db.transaction("values").objectStore("values").getAll();
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  db.close();
  return values;
}
