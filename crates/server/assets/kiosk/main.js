// The device in the hall: what holds it together. See README.md beside this file.

import { openBase, setting, keep } from "./base.js";
import { Hall } from "./drafts.js";
import { elsewhere, enrol } from "./enrol.js";
import { Idle } from "./idle.js";
import { clear, onClick, show } from "./screen.js";
import { Speaker } from "./speech.js";
import { askCode } from "./staff.js";
import { Uploader } from "./upload.js";
import { Visit } from "./visit.js";

const root = document.documentElement;
const at = (id) => document.getElementById(id);
/** Seconds without a sign of life before the page asks. */
const QUIET = 90;
/** So many taps on the name of the place, so close together, are staff. */
const TAPS = 5;
const TAPPING = 3000;
/** So often it is looked whether what is amiss is over, in milliseconds. */
const LOOK = 15000;
const SIZES = [["", "字大一些"], ["big", "字再大些"], ["huge", "字小一些"]];

class Kiosk {
  constructor(base, settings) {
    this.base = base;
    this.code = root.dataset.place;
    this.hall = new Hall(this.code);
    this.uploader = new Uploader(base, () => this.recheck());
    this.speaker = new Speaker({ on: settings.voice ?? false, changed: () => this.showVoice() });
    this.idle = new Idle({
      dialog: at("idle"),
      quiet: settings.quiet ?? QUIET,
      busy: () => this.speaker.busy,
      ask: () => this.speaker.prompt("您还在吗？请点一下“我还在”。"),
      wipe: () => this.leave(),
    });
    this.offset = 0;
    this.atEnd = null;
  }

  get place() {
    return this.hall.now?.place ?? { name: "立法意见征集" };
  }

  async start() {
    this.arm();
    show("wait");
    this.uploader.start();
    await this.hall.refresh();
    this.hall.start(() => this.recheck());
    await this.home();
  }

  /** The buttons at the top. */
  arm() {
    onClick(at("leave"), async () => {
      if (await this.askToEnd()) this.leave();
    });
    onClick(at("voice"), async () => {
      this.speaker.switch(!this.speaker.on);
      await keep(this.base, { voice: this.speaker.on });
    });
    onClick(at("size"), () => {
      const now = SIZES.findIndex(([size]) => size === (root.dataset.size ?? ""));
      this.resize((now + 1) % SIZES.length);
    });
    let taps = [];
    onClick(at("place"), async () => {
      taps = [...taps.filter((time) => performance.now() - time < TAPPING), performance.now()];
      if (taps.length < TAPS) return;
      taps = [];
      if (document.body.dataset.screen !== "home" && document.body.dataset.screen !== "paused") return;
      if (await setting(this.base, "pin")) {
        this.idle.start();
        askCode(this);
      }
    });
    this.showVoice();
  }

  resize(to) {
    const [size] = SIZES[to];
    root.dataset.size = size;
    at("size").textContent = SIZES[to][1];
  }

  showVoice() {
    at("voice").hidden = !this.speaker.possible;
    at("voice").setAttribute("aria-pressed", String(this.speaker.on));
    at("voice").textContent = this.speaker.on ? "关闭朗读" : "朗读提示";
  }

  /** What can be commented on now, by the server's clock as far as it is known. */
  async open() {
    this.offset = (await setting(this.base, "contact"))?.offset ?? 0;
    return this.hall.open(this.offset);
  }

  /** The first screen, with nothing left of whoever was here. */
  async home() {
    clear();
    this.atEnd?.();
    this.atEnd = null;
    this.idle.stop();
    this.speaker.hush();
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    getSelection()?.removeAllRanges();
    navigator.clipboard?.writeText("").catch(() => undefined);
    at("leave").hidden = true;
    this.resize(0);
    const device = await setting(this.base, "device");
    if (!device) return enrol(this.base, { done: () => this.enrolled() });
    if (device.place.code !== this.code) {
      return elsewhere(this.base, device, this.hall.now?.place?.name, () => this.enrolAgain());
    }
    at("place").textContent = this.hall.now?.place?.name ?? device.place.name;
    const trouble = await this.trouble();
    return trouble ? this.pause(trouble) : this.welcome();
  }

  /** Why nobody can say anything here now, if so. */
  async trouble() {
    const contact = await setting(this.base, "contact");
    if (contact?.shut) return "这台设备已被停用。您可以用手机扫描墙上的二维码提意见，或者请工作人员帮忙。";
    if (this.hall.now?.missing) return "这个地点的页面已经取消。请联系工作人员。";
    if (!this.hall.now) return "还没有取得草案。连上网络以后会自动恢复。";
    return null;
  }

  /** Says on the first screen how many drafts there are. */
  async count() {
    const count = (await this.open()).length;
    if (document.body.dataset.screen !== "home") return;
    document.querySelector("[data-drafts]").textContent = count === 0 ? "现在没有公开征求意见的草案" : `现在有 ${count} 部草案公开征求意见`;
    document.querySelector("[data-start]").hidden = count === 0;
  }

  /** The first screen stays true while nobody is there. */
  async recheck() {
    const trouble = await this.trouble();
    if (document.body.dataset.screen !== "home") return;
    if (trouble) this.pause(trouble);
    else await this.count();
  }

  welcome() {
    const part = show("home");
    onClick(part("start"), async () => {
      if (await this.trouble()) return this.home();
      this.idle.start();
      at("leave").hidden = false;
      return new Visit(this).begin();
    });
    return this.count();
  }

  pause(words) {
    const part = show("paused");
    part("words").textContent = words;
    const timer = setInterval(async () => {
      await this.hall.refresh();
      const trouble = await this.trouble();
      const left = document.body.dataset.screen !== "paused";
      if (trouble && !left) return;
      clearInterval(timer);
      if (!left) await this.home();
    }, LOOK);
  }

  /** A visit ends, or staff go: everything is wiped, and what is newer may come. */
  async leave() {
    await this.home();
    if (this.newer) location.reload();
  }

  enrolAgain() {
    enrol(this.base, { done: () => this.enrolled(), back: () => this.home() });
  }

  async enrolled() {
    this.uploader.soon();
    await this.hall.refresh();
    await this.home();
  }

  askToEnd() {
    return this.ask("要结束吗？没有提交的内容会清除。");
  }

  /** Whether the answer to a question is yes. */
  ask(words) {
    const dialog = at("ask");
    at("ask-words").textContent = words;
    dialog.showModal();
    return new Promise((done) => {
      const answers = new AbortController();
      const answered = (yes) => {
        answers.abort();
        if (dialog.open) dialog.close();
        done(yes);
      };
      const { signal } = answers;
      dialog.querySelector("[data-yes]").addEventListener("click", () => answered(true), { signal });
      dialog.querySelector("[data-no]").addEventListener("click", () => answered(false), { signal });
      dialog.addEventListener("close", () => answered(false), { signal });
    });
  }
}

/** Keeps the page for days without a network. A newer version waits until nobody is there. */
async function keepPage(kiosk) {
  if (!navigator.serviceWorker) return;
  const had = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!had) return;
    kiosk.newer = true;
    if (document.body.dataset.screen === "home") location.reload();
  });
  const registration = await navigator.serviceWorker.register(`/kiosk/worker.js?place=${kiosk.code}`, { scope: `/kiosk/${kiosk.code}` });
  setInterval(() => registration.update().catch(() => undefined), 3600000);
}

async function main() {
  if (!globalThis.crypto?.subtle || !navigator.locks || !globalThis.indexedDB) {
    const part = show("paused");
    part("words").textContent = "浏览器太旧，或者网址不是 https 开头，不能安全地保存意见。请联系工作人员。";
    return;
  }
  const base = await openBase();
  const [voice, quiet] = await Promise.all([setting(base, "voice"), setting(base, "quiet")]);
  const kiosk = new Kiosk(base, { voice, quiet });
  keepPage(kiosk).catch((error) => console.warn("no service worker", error));
  await kiosk.start();
}

main().catch(() => {
  show("paused")("words").textContent = "浏览器不能在这台设备上保存意见，可能磁盘已满，或者处于无痕模式。请联系工作人员。";
});
