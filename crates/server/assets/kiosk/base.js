// The device's own database: `settings` by name, `outbox` with what waits in the order in which it was
// said, `refused` with what the server did not take. Texts in it are sealed (seal.js).

const NAME = "caifeng-kiosk";

/** The answer of a request as a promise. */
export function answer(request) {
  return new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

export async function openBase() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    const base = request.result;
    base.createObjectStore("settings");
    base.createObjectStore("outbox", { keyPath: "n", autoIncrement: true }).createIndex("id", "id", { unique: true });
    base.createObjectStore("refused", { keyPath: "id" });
  };
  const base = await answer(request);
  base.onversionchange = () => base.close();
  // The browser gave it up: a new page opens it anew.
  base.onclose = () => location.reload();
  return base;
}

/**
 * Runs `work` in one transaction over all stores, and waits until it is on disk. `work` may await
 * requests of this transaction and nothing else; where it throws, nothing is changed.
 */
export function write(base, work) {
  return new Promise((done, failed) => {
    const stores = ["settings", "outbox", "refused"];
    const transaction = base.transaction(stores, "readwrite", { durability: "strict" });
    const [settings, outbox, refused] = stores.map((name) => transaction.objectStore(name));
    let result;
    let fault = null;
    transaction.oncomplete = () => done(result);
    transaction.onabort = () => failed(fault ?? transaction.error ?? new Error("aborted"));
    Promise.resolve(work({ settings, outbox, refused })).then(
      (value) => { result = value; },
      (error) => {
        fault = error;
        try { transaction.abort(); } catch { failed(error); }
      },
    );
  });
}

/** One setting. */
export function setting(base, name) {
  return answer(base.transaction("settings").objectStore("settings").get(name));
}

/** Writes settings down together; one that is undefined goes. */
export function keep(base, values) {
  return write(base, ({ settings }) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) settings.delete(name);
      else settings.put(value, name);
    }
  });
}
