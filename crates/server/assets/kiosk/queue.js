// What waits on the device. It goes in sealed, in one transaction for all that one person said, and
// leaves only when the server has said what became of it.
//
// A batch is numbered and written down before it is sent for the first time. Until it is answered it is
// the same one that is sent: same number, same identity, same items in the same order. (Only the time
// of sending and with it the signature are new each time, as the server reads the clock from them.)

import { answer, setting, write } from "./base.js";
import { receipt, ulid } from "./codes.js";
import { seal, unseal } from "./seal.js";

const MOST_ITEMS = 40;
const MOST_BYTES = 300000;

/** Keeps what somebody said. Resolves to ids and receipts when it is on disk. */
export async function add(base, said) {
  const key = await setting(base, "sealingKey");
  const rows = [];
  for (const one of said) {
    const item = { id: ulid(), receipt: receipt(), ...one };
    rows.push({ id: item.id, receipt: item.receipt, at: Date.now(), ...(await seal(key, item.id, item)) });
  }
  await write(base, ({ outbox }) => { for (const row of rows) outbox.add(row); });
  return rows.map(({ id, receipt }) => ({ id, receipt }));
}

/**
 * The batch that waits for its answer, or else a new one of what was said first; of nothing at all
 * where `empty` says so. None: nothing is to be sent.
 */
export async function nextBatch(base, { empty = false } = {}) {
  const held = await write(base, async ({ settings, outbox }) => {
    const [before, device] = await Promise.all([answer(settings.get("batch")), answer(settings.get("device"))]);
    if (!device) return null;
    let batch = before;
    if (!batch) {
      const first = await answer(outbox.getAll(null, MOST_ITEMS));
      if (first.length === 0 && !empty) return null;
      const [sequence, most] = await Promise.all([answer(settings.get("sequence")), answer(settings.get("most"))]);
      batch = { id: ulid(), device: device.name, sequence: (sequence ?? 0) + 1, items: fitting(first, most ?? MOST_ITEMS) };
      settings.put(batch.sequence, "sequence");
      settings.put(batch, "batch");
    }
    const rows = await Promise.all(batch.items.map((n) => answer(outbox.get(n))));
    return { ...batch, rows: rows.filter(Boolean) };
  });
  if (!held) return null;
  const key = await setting(base, "sealingKey");
  const { rows, ...batch } = held;
  batch.items = await Promise.all(rows.map((row) => unseal(key, row.id, row)));
  return batch;
}

/** Numbers of the first rows that go together. */
function fitting(rows, most) {
  const taken = [];
  let bytes = 0;
  for (const row of rows.slice(0, most)) {
    bytes += row.data.byteLength;
    if (taken.length > 0 && bytes > MOST_BYTES) break;
    taken.push(row.n);
  }
  return taken;
}

/** Notes what became of each item: `answers` by id, `{outcome, receipt}` or `{outcome: "refused", code, detail}`. */
export function settle(base, batch, answers) {
  return write(base, async ({ settings, outbox, refused }) => {
    const held = await answer(settings.get("batch"));
    if (held?.id !== batch.id) return;
    for (const n of held.items) {
      const row = await answer(outbox.get(n));
      const became = row && answers.get(row.id);
      if (!became) continue;
      outbox.delete(n);
      if (became.outcome === "refused") {
        refused.put({ ...row, code: became.code, detail: became.detail, refusedAt: Date.now() });
      } else if (became.receipt !== row.receipt) {
        // Another submission had the receipt that we made up. Staff can tell whoever asks.
        const detail = `已经收到，但受理编号 ${row.receipt} 已被占用，改为 ${became.receipt}`;
        refused.put({ ...row, code: "renumbered", detail, refusedAt: Date.now() });
      }
    }
    settings.delete("batch");
    settings.delete("most");
  });
}

/** The server would not even read the batch: its items are sent one by one, under the same number. */
export function takeApart(base, batch, detail) {
  return write(base, async ({ settings, outbox, refused }) => {
    const held = await answer(settings.get("batch"));
    if (held?.id !== batch.id) return;
    if (held.items.length === 1) {
      const row = await answer(outbox.get(held.items[0]));
      outbox.delete(held.items[0]);
      refused.put({ ...row, code: "unreadable", detail, refusedAt: Date.now() });
    }
    settings.delete("batch");
    settings.put(1, "most");
    settings.put(held.sequence - 1, "sequence");
  });
}

/** What became of items so far: `waiting`, `refused` with the reason, or `sent`. */
export async function stateOf(base, ids) {
  const transaction = base.transaction(["outbox", "refused"]);
  const waiting = transaction.objectStore("outbox").index("id");
  const refused = transaction.objectStore("refused");
  return Promise.all(ids.map(async (id) => {
    const [waits, back] = await Promise.all([answer(waiting.getKey(id)), answer(refused.get(id))]);
    if (back) return { state: back.code === "renumbered" ? "sent" : "refused", detail: back.detail };
    return { state: waits === undefined ? "sent" : "waiting", detail: "" };
  }));
}

/** How many wait, and since when. */
export async function waiting(base) {
  const outbox = base.transaction("outbox").objectStore("outbox");
  const [count, first] = await Promise.all([answer(outbox.count()), answer(outbox.getAll(null, 1))]);
  return { count, since: first[0]?.at };
}

/** What was refused, opened for staff. */
export async function returned(base) {
  const key = await setting(base, "sealingKey");
  const rows = await answer(base.transaction("refused").objectStore("refused").getAll());
  return Promise.all(rows.map(async (row) => ({ ...row, item: await unseal(key, row.id, row) })));
}

/** Staff have seen to it. */
export function forget(base, id) {
  return write(base, ({ refused }) => { refused.delete(id); });
}
