// Takes what waits to the server: one batch at a time, from one tab at a time, again and again with
// growing pauses until it is answered. Whether the browser thinks that there is a network is not asked.

import { answer, keep, setting, write } from "./base.js";
import { nextBatch, settle, takeApart } from "./queue.js";
import { sign } from "./seal.js";

const PATIENCE = 30000;
const FIRST_PAUSE = 5000;
const LONGEST_PAUSE = 10 * 60000;
/** What another tab put in the queue, or was left there, is looked for so often. */
const ROUND = 60000;
/** So often a device shows that it is alive. */
const CALL = 6 * 3600000;

/** What went wrong, in words for staff. `wait`: milliseconds that the server asks for. */
class Unanswered extends Error {
  constructor(words, { wait = 0, shut = false } = {}) {
    super(words);
    Object.assign(this, { wait, shut });
  }
}

export class Uploader {
  /** `tried` is called after each attempt. */
  constructor(base, tried) {
    this.base = base;
    this.tried = tried;
    this.failures = 0;
    this.timer = null;
  }

  /** From now on, for as long as the page is there. */
  start() {
    addEventListener("online", () => this.soon());
    this.soon();
  }

  /** Something new waits, or there is hope again. */
  soon() {
    this.later(0);
  }

  later(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.turn(), pause);
  }

  async turn() {
    this.again = true;
    if (this.busy) return;
    this.busy = true;
    let done = false;
    try {
      while (this.again) {
        this.again = false;
        done = await this.upload();
      }
    } finally {
      this.busy = false;
      this.tried();
      this.later(done ? ROUND : this.pause());
    }
  }

  pause() {
    const grown = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.failures - 1, 10));
    return Math.max(this.wait ?? 0, grown * (0.7 + 0.6 * Math.random()));
  }

  /** Sends until nothing waits; an empty batch too where `test` says so. Whether all was answered. */
  async upload({ test = false } = {}) {
    try {
      await navigator.locks.request("caifeng-kiosk-upload", () => this.drain(test));
      this.failures = 0;
      this.wait = 0;
      return true;
    } catch (error) {
      this.failures += 1;
      this.wait = error.wait ?? 0;
      const words = error instanceof Unanswered ? error.message : `本机出错：${error.message}`;
      await note(this.base, (contact) => ({ ...contact, fault: words, faultAt: Date.now(), shut: error.shut || contact.shut }));
      return false;
    }
  }

  async drain(test) {
    let empty = test || await isDue(this.base);
    for (;;) {
      const device = await setting(this.base, "device");
      const batch = await nextBatch(this.base, { empty });
      if (!batch) return;
      if (batch.device === device.name) {
        await this.send(device, batch);
        empty = false;
      } else {
        // Of a batch of an earlier enrolment the new key can say nothing.
        await this.ask(batch);
      }
    }
  }

  async send(device, { id, sequence, items }) {
    const batch = { device: device.name, id, sequence, device_time: new Date().toISOString(), items };
    const signature = await sign(device.key, batch);
    const body = JSON.stringify({ batch, signature });
    const response = await request("/api/v1/kiosk/batches", { method: "POST", body, headers: { "content-type": "application/json" } });
    const said = await json(response);
    if ([400, 413, 422].includes(response.status) && said?.error) {
      if (items.length === 0) throw new Unanswered(said.error.detail);
      return takeApart(this.base, batch, said.error.detail);
    }
    if (response.status === 401 && said?.error) {
      throw new Unanswered("服务器不认识这台设备，可能已被停用。请重新注册。", { shut: true });
    }
    if (response.status !== 200 || !Array.isArray(said?.items) || said.items.length !== items.length) {
      throw refusal(response);
    }
    await settle(this.base, batch, new Map(said.items.map((item) => [item.id, item])));
    const offset = Date.parse(said.server_time) - Date.now();
    await note(this.base, () => ({ at: Date.now(), offset, missing: said.missing }));
  }

  /** Whether each item of a batch arrived, by its receipt, so that none goes in twice. */
  async ask(batch) {
    const answers = new Map();
    for (const { id, receipt } of batch.items) {
      const response = await request(`/api/v1/receipts/${receipt}`);
      const said = await json(response);
      if (response.status === 200 && said?.receipt === receipt) answers.set(id, { outcome: "known", receipt });
      else if (response.status !== 404 || !said?.error) throw refusal(response);
    }
    await settle(this.base, batch, answers);
  }
}

async function request(path, how = {}) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  try {
    return await fetch(path, { ...how, cache: "no-store", redirect: "error", signal: stop.signal });
  } catch {
    throw new Unanswered("连不上服务器。可能没有网络，恢复后会自动上传。");
  } finally {
    clearTimeout(timer);
  }
}

/** The answer, if it is one of the server's: what stands between may answer with pages of its own. */
async function json(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

function refusal(response) {
  const wait = 1000 * (Number(response.headers.get("retry-after")) || 0);
  const words = response.status === 429 || response.status >= 500
    ? "服务器现在忙，稍后会再试。"
    : `收到的不是服务器的应答（${response.status}），请检查网络。`;
  return new Unanswered(words, { wait: Math.min(wait, LONGEST_PAUSE) });
}

/** Whether it is time to show that the device is alive. */
async function isDue(base) {
  const [device, contact] = await Promise.all([setting(base, "device"), setting(base, "contact")]);
  return Boolean(device) && !(Math.abs(Date.now() - (contact?.at ?? 0)) < CALL);
}

/** Changes what is known of the connection. */
function note(base, change) {
  return write(base, async ({ settings }) => {
    settings.put(change((await answer(settings.get("contact"))) ?? {}), "contact");
  });
}

/** What a device is after its enrolment: its numbers begin anew. */
export function enrolled(base, values) {
  return keep(base, { ...values, sequence: 0, contact: undefined, most: undefined });
}
