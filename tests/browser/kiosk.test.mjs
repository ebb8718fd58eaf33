// A device in a hall: enrolled by staff, 200 opinions in four days without a network, a tab that is
// killed, a line that breaks after the server has written down what came. Everything arrives once, in
// order, with the receipt that its sender took home; and nothing of anybody stays on the screen.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import jsQR from "jsqr";
import { PIN, button, fact, hurry, lay, leave, overlaps, quickVisit, screen, staff, visit, waitingOn } from "./hall.mjs";
import { faultsOf, fits, open, signIn } from "./office.mjs";

const DAY = 86400000;
const shots = process.env.SHOTS;
/** Screens that the documents show. */
const SHOWN = ["home-1080", "home-390", "contents-1080", "chapter-1080", "write-1080", "write-390", "sender-1080", "kept-1080", "idle-1080", "staff-1080", "questions-1080"];
let office;
let line;
let hall;

before(async () => {
  office = await open(["--per-minute", "0"]);
  const list = join(office.data, "places.csv");
  writeFileSync(list, "类型,名称,上级\n联系点,云泽区,\n联络站,东街,云泽区\n联络站,西街,云泽区\n");
  office.run(["station", "import", list]);
  line = await lay(office);
  hall = {};
});
after(async () => {
  line?.close();
  await office?.close();
});

/** Axe at both sizes, and a picture where they are wanted. */
async function look(page, name) {
  for (const [width, height] of [[390, 844], [1080, 1920]]) {
    await page.setViewportSize({ width, height });
    // A screen that is still coming in has not its colours yet.
    await page.evaluate(() => Promise.all(document.getAnimations().map((one) => one.finished)));
    assert.deepEqual(await faultsOf(page), [], `${name} at ${width}×${height}`);
    assert.ok(await fits(page), `${name} is wider than ${width}`);
    if (shots && SHOWN.includes(`${name}-${width}`)) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: `${shots}/kiosk-${name}-${width}.png` });
    }
  }
}

/** A device of its own, with a clock that can be put forward. */
async function device(days = 0) {
  const page = await office.visitor(1080, 1920);
  page.context().on("weberror", (error) => office.faults.push(String(error.error())));
  await page.context().clock.install({ time: new Date(Date.now() - days * DAY) });
  return page;
}

test("staff enrol a device, and only at the address of its place", async () => {
  const desk = await office.visitor();
  await signIn(desk, office.base, "wang");
  await desk.goto(`${office.base}/staff/devices`);
  const places = await desk.locator("#place option").evaluateAll((all) => all.map((one) => [one.textContent, one.value]));
  const code = (name) => places.find(([place]) => place.endsWith(name))[1];
  await desk.fill("#label", "一楼大厅");
  await desk.selectOption("#place", code("东街"));
  await desk.getByRole("button", { name: "添加并生成注册码" }).click();
  const once = (await desk.textContent(".receipts")).trim();
  assert.ok(await desk.getByRole("link", { name: `/kiosk/${code("东街")}` }).isVisible());
  hall = { east: code("东街"), west: code("西街"), desk };

  const page = await device(4);
  line.mode = "up";
  await page.goto(`${line.base}/kiosk/${hall.west}`);
  await screen(page, "enrol");
  await look(page, "enrol");
  await page.getByLabel("注册码").fill("2345-6789-ACE5");
  await page.getByLabel(/^管理口令/).fill("123");
  await page.getByLabel(/^再输一次/).fill("123");
  await button(page, "完成设置").click();
  assert.match(await page.textContent("[role=alert]"), /至少 6 位/);
  await page.getByLabel(/^管理口令/).fill(PIN);
  await page.getByLabel(/^再输一次/).fill(PIN);
  await button(page, "完成设置").click();
  await page.waitForSelector("[role=alert]:has-text('注册码')");
  await page.getByLabel("注册码").fill(once.toLowerCase());
  await button(page, "完成设置").click();
  await screen(page, "elsewhere");
  assert.match(await page.textContent("main"), /登记在“东街”，现在打开的是“西街”/);
  await page.getByRole("link", { name: "打开登记地点的页面" }).click();
  await screen(page, "home");
  await look(page, "home");
  // The key of the device cannot be read out.
  const taken = await page.evaluate(() => new Promise((done) => {
    indexedDB.open("caifeng-kiosk").onsuccess = ({ target: { result: base } }) => {
      const device = base.transaction("settings").objectStore("settings").get("device");
      device.onsuccess = () => {
        base.close();
        done(crypto.subtle.exportKey("raw", device.result.key).then(() => "taken", () => "kept"));
      };
    };
  }));
  assert.equal(taken, "kept");
  hall.page = page;
});

test("a visit with a network ends with a receipt that is known at once", async () => {
  const { page } = hall;
  const [receipt] = await visit(page, ["河边的路灯太暗，请多装几盏。"], { see: (name) => look(page, name) });
  await page.waitForSelector("[data-state=arrived]");
  await look(page, "sent");
  const found = await fetch(`${office.base}/api/v1/receipts/${receipt}`);
  assert.equal(found.status, 200);
  // What a telephone reads from the screen.
  const { side, dark } = await page.locator(".receipts svg").evaluate((svg) => ({
    side: svg.viewBox.baseVal.width,
    dark: svg.lastElementChild.getAttribute("d").match(/M\d+ \d+/g).map((square) => square.slice(1).split(" ").map(Number)),
  }));
  // Four dots a square.
  const wide = side * 4;
  const dots = new Uint8ClampedArray(wide * wide * 4).fill(255);
  for (const [x, y] of dark) {
    for (let i = 0; i < 16; i += 1) {
      const at = ((y * 4 + (i >> 2)) * wide + x * 4 + (i & 3)) * 4;
      dots.fill(0, at, at + 3);
    }
  }
  assert.equal(jsQR(dots, wide, wide)?.data, `${line.base}/receipt?code=${receipt}`);
  const slip = await page.pdf({ preferCSSPageSize: true });
  assert.equal(slip.toString("latin1").match(/\/Type \/Page\b/g).length, 1, "one slip");
  await leave(page);
});

test("a visit by keyboard alone", async () => {
  const { page } = hall;
  /** Tabs on to what has this name, and presses it. */
  const press = async (name, key = "Enter") => {
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element.labels?.[0]?.textContent.trim() ?? element.textContent.trim();
      });
      if (focused.startsWith(name)) {
        if (key) await page.keyboard.press(key);
        return;
      }
    }
    assert.fail(`${name} cannot be reached by keyboard`);
  };
  await press("点这里开始");
  await press("对整部草案说几句");
  await press("您的意见", null);
  await page.keyboard.type("全文通俗易懂，赞成。");
  await press("写好了");
  await press("下一步");
  await press("我已阅读并同意", "Space");
  await press("提交");
  await screen(page, "sent");
  await page.waitForSelector("[data-state=arrived]");
  await press("完成");
  await screen(page, "home");
});

test("what somebody typed is wiped when nobody is there, and not before", async () => {
  const { page } = hall;
  await button(page, "点这里开始").click();
  await button(page, "对整部草案说几句").click();
  await page.getByLabel("您的意见").fill("这句话不该留给下一位。");
  await page.clock.fastForward(80000);
  await page.getByLabel("您的意见").press("End");
  await page.clock.fastForward(80000);
  assert.equal(await page.locator("#idle").isVisible(), false, "somebody typed in between");
  await page.clock.fastForward(12000);
  await page.waitForSelector("#idle[open]");
  await look(page, "idle");
  await button(page, "我还在").click();
  assert.equal(await page.getByLabel("您的意见").inputValue(), "这句话不该留给下一位。");
  await page.clock.fastForward(91000);
  await page.waitForSelector("#idle[open]");
  await page.clock.fastForward(31000);
  await screen(page, "home");
  const left = await page.evaluate(() => [document.documentElement.outerHTML, history.length, ...[...document.querySelectorAll("input, textarea")].map((field) => field.value)].join());
  assert.ok(!left.includes("下一位。"));
  await button(page, "点这里开始").click();
  assert.equal(await button(page, "提交我的 1 条意见").count(), 0);
  await button(page, "结束").click();
  await button(page, "是的").click();
  await screen(page, "home");
});

test("the staff code cannot be tried out", async () => {
  const { page } = hall;
  for (let tap = 0; tap < 5; tap += 1) await page.locator("#place").click();
  await look(page, "pin");
  for (const wrong of ["1", "000000", "111111", "246811", "123456"]) {
    await page.getByLabel("管理口令").fill(wrong);
    await button(page, "进入").click();
    await page.waitForFunction(() => document.getElementById("pin").value === "");
  }
  await page.getByLabel("管理口令").fill(PIN);
  await button(page, "进入").click();
  await page.waitForSelector("[role=alert]:has-text('请过 1 分钟再试')");
  await page.clock.fastForward(61000);
  await page.getByLabel("管理口令").fill(PIN);
  await button(page, "进入").click();
  await screen(page, "staff");
  await button(page, "返回").click();
  await screen(page, "home");
});

test("the device speaks where it has a voice of its own, and listens where it understands by itself", async () => {
  const page = await hall.page.context().newPage();
  await page.addInitScript(() => {
    const spoken = [];
    const voices = [{ lang: "zh-CN", localService: false }, { lang: "zh-CN", localService: true }];
    const synthesis = Object.assign(new EventTarget(), { speaking: false, getVoices: () => voices, cancel() {}, speak: (words) => spoken.push(words.text) });
    Object.defineProperty(globalThis, "speechSynthesis", { value: synthesis });
    globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    globalThis.SpeechRecognition = class extends EventTarget {
      static async available({ processLocally }) { return processLocally ? "available" : "unavailable"; }
      start() {
        const heard = Object.assign([{ transcript: "多种几棵树。" }], { isFinal: true });
        this.dispatchEvent(Object.assign(new Event("result"), { resultIndex: 0, results: [heard] }));
      }
      stop() { this.dispatchEvent(new Event("end")); }
    };
    globalThis.spoken = spoken;
  });
  await page.goto(`${line.base}/kiosk/${hall.east}`);
  await screen(page, "home");
  await button(page, "朗读提示").click();
  await button(page, "点这里开始").click();
  await page.getByRole("button", { name: /总则/ }).click();
  await button(page, "读给我听").first().click();
  const spoken = await page.evaluate(() => globalThis.spoken.join(""));
  assert.match(spoken, /请点一章看条文/);
  assert.match(spoken, /第一条。.*制定本条例。/);
  await button(page, "对第一条说几句").click();
  await button(page, "我用嘴说").click();
  assert.equal(await page.getByLabel("您的意见").inputValue(), "多种几棵树。");
  await button(page, "说完了").click();
  await button(page, "我用嘴说").waitFor();
  await page.close();
});

test("200 opinions of four days without a network all arrive once, in order, with their receipts", async () => {
  let { page } = hall;
  const context = page.context();
  const address = `${line.base}/kiosk/${hall.east}`;
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  const before = line.batches.length;
  line.mode = "down";
  const said = [];
  for (let person = 0; person < 50; person += 1) {
    const texts = [1, 2, 3, 4].map((part) => `第 ${person * 4 + part} 句：请把第${person + 1}号码头的栏杆加高到一米${part}。`);
    const receipts = await (person % 12 === 0 ? visit : quickVisit)(page, texts);
    texts.forEach((text, at) => said.push({ text, receipt: receipts[at] }));
    if (person === 0) {
      await page.waitForSelector("[data-state=kept]", { timeout: 15000 });
      await look(page, "kept");
    }
    if (person === 24) {
      // The tab dies with the receipts on the screen; the page comes up again without a network.
      const devtools = await context.newCDPSession(page);
      devtools.send("Page.crash").catch(() => undefined);
      await new Promise((dead) => page.once("crash", dead));
      await page.close();
      page = await context.newPage();
      await page.goto(address);
      await screen(page, "home");
    } else {
      await leave(page);
    }
    if (person % 12 === 11) await page.clock.fastForward(DAY);
  }
  assert.equal(await waitingOn(page), 200);
  const raw = await page.evaluate(() => new Promise((done) => {
    indexedDB.open("caifeng-kiosk").onsuccess = ({ target: { result: base } }) => {
      const all = base.transaction("outbox").objectStore("outbox").getAll();
      all.onsuccess = () => {
        base.close();
        done(all.result.map((row) => JSON.stringify({ ...row, data: null }) + new TextDecoder().decode(row.data)).join("\n"));
      };
    };
  }));
  assert.ok(!raw.includes("栏杆"), "what waits is sealed");
  await staff(page);
  assert.match(await fact(page, "等待上传"), /^200 条，最早的是/);
  assert.match(await fact(page, "上传故障"), /连不上服务器/);
  await look(page, "staff");
  await button(page, "返回").click();

  // The line comes back, badly: answers are lost after everything was written down.
  line.plan = ["deaf", "down", "portal", "deaf", "up", "deaf", "deaf", "down"];
  line.mode = "up";
  const heard = new Promise((done) => { line.heard = done; });
  await page.clock.fastForward(15 * 60000);
  await heard;
  line.heard = null;
  await page.close();
  page = await context.newPage();
  await page.goto(address);
  const second = await context.newPage();
  await second.goto(address);
  await screen(second, "home");
  await hurry(page, line, async () => line.plan.length === 0 && (await waitingOn(page)) === 0);
  await second.close();
  assert.deepEqual(overlaps(line), [], "one upload at a time, whatever tabs there are");
  hall.page = page;

  // Sent again, a batch is the same but for the time.
  const sent = new Map();
  for (const { sent: batch } of line.batches.slice(before)) {
    const known = sent.get(batch.sequence);
    if (known) assert.deepEqual({ ...batch, device_time: known.device_time }, known);
    sent.set(batch.sequence, known ?? batch);
  }
  assert.equal(line.batches.slice(before).filter(({ mode }) => mode === "deaf").length, 4);

  // What the office has: by number in order of arrival, each once.
  office.run(["triage", "--consultation", "heyan"]);
  await hall.desk.goto(`${office.base}/staff/devices`);
  assert.doesNotMatch(await hall.desk.textContent("main"), /没有收到|只能估计/);
  const sheet = await hall.desk.request.get(`${office.base}/staff/search/export?kind=submission&consultation=heyan&channel=kiosk&format=csv`);
  const rows = (await sheet.text()).split(/\r?\n/).map((row) => row.match(/S-(\d+).*(第 \d+ 句：[^"]*?)"?$/)).filter(Boolean);
  const stored = rows.map(([, number, text]) => ({ number: Number(number), text })).sort((a, b) => a.number - b.number);
  assert.deepEqual(stored.map(({ text }) => text), said.map(({ text }) => text));
  for (let at = 0; at < said.length; at += 20) {
    await Promise.all(said.slice(at, at + 20).map(async ({ receipt }, i) => {
      const known = await fetch(`${office.base}/api/v1/receipts/${receipt}`);
      assert.equal(known.status, 200, receipt);
      if (i > 0) return;
      const page = await hall.desk.request.get(`${office.base}/staff/c/heyan/desk/submissions/S-${stored[at].number}`);
      assert.ok((await page.text()).includes(receipt), `${receipt} is of S-${stored[at].number}`);
    }));
  }
});

test("what the server does not take stays for staff, with the reason", async () => {
  const { page } = hall;
  await page.reload();
  await screen(page, "home");
  await button(page, "点这里开始").click();
  office.run(["consultation", "close", "--consultation", "heyan"]);
  await new Promise((later) => setTimeout(later, 1500));
  await button(page, "对整部草案说几句").click();
  await page.getByLabel("您的意见").fill("说得太晚的一句。");
  await button(page, "写好了").click();
  await button(page, "下一步").click();
  await page.getByLabel("我已阅读并同意").check();
  await button(page, "提交").click();
  await page.waitForSelector("[data-state=refused]");
  assert.match(await page.textContent(".receipts"), /征求意见已经截止/);
  await look(page, "refused");
  await leave(page);
  await staff(page);
  assert.match(await page.textContent("[data-returned]"), /说得太晚的一句。/);
  await look(page, "returned");
  await button(page, "已处理").click();
  await button(page, "是的").click();
  await page.waitForSelector("[data-returned]", { state: "hidden" });
  await button(page, "测试上传").click();
  await page.waitForSelector("text=上传正常");
});

test("a new version of the program comes when nobody is there, whole, and works without a network", async () => {
  const { page } = hall;
  const version = () => page.evaluate(() => document.documentElement.dataset.version);
  office.run(["consultation", "open", "--consultation", "heyan"]);
  await new Promise((later) => setTimeout(later, 1500));
  await page.reload();
  await screen(page, "home");
  Object.assign(line, { version: await version(), next: "1234567890abcdef" });
  await button(page, "点这里开始").click();
  await page.evaluate(() => navigator.serviceWorker.getRegistration().then((known) => known.update()));
  await page.waitForFunction(async ([place, next]) => {
    const kept = (await caches.keys()).filter((name) => name.includes(place));
    return kept.length === 1 && kept[0].endsWith(next);
  }, [hall.east, line.next]);
  assert.equal(await version(), line.version, "a visit is not disturbed");
  await screen(page, "contents");
  await button(page, "返回").click();
  await page.waitForFunction((next) => document.documentElement?.dataset.version === next, line.next);
  await screen(page, "home");
  line.mode = "down";
  await page.reload();
  await screen(page, "home");
  assert.equal(await version(), line.next);
  line.mode = "up";
});

test("a device that is shut out says so, and its queue survives a new enrolment", async () => {
  const { page, desk } = hall;
  await screen(page, "home");
  // The answer to a batch is lost, and then the device is shut out.
  line.plan = ["deaf"];
  const heard = new Promise((done) => { line.heard = () => { line.mode = "down"; done(); }; });
  const [receipt] = await visit(page, ["停用以前说的一句。"]);
  await heard;
  line.heard = null;
  const { sent: unanswered } = line.batches[line.batches.length - 1];
  assert.equal(unanswered.items[0].receipt, receipt);
  await desk.goto(`${office.base}/staff/devices`);
  await desk.getByRole("button", { name: "停用" }).click();
  line.mode = "up";
  await hurry(page, line, () => line.batches.some(({ status }) => status === 401));
  const before = line.batches.length;
  await screen(page, "paused");
  await look(page, "paused");
  for (let tap = 0; tap < 5; tap += 1) await page.locator("#place").click();
  await button(page, "重新注册").click();
  await page.waitForSelector("text=本机还有 1 条意见没有上传");
  await desk.fill("#label", "一楼大厅，新");
  await desk.selectOption("#place", hall.east);
  await desk.getByRole("button", { name: "添加并生成注册码" }).click();
  await page.getByLabel("注册码").fill((await desk.textContent(".receipts")).trim());
  await page.getByLabel(/^管理口令/).fill(PIN);
  await page.getByLabel(/^再输一次/).fill(PIN);
  await button(page, "完成设置").click();
  await screen(page, "home");
  const later = () => line.batches.slice(before).filter(({ status }) => status === 200);
  await hurry(page, line, async () => (await waitingOn(page)) === 0 && later().length > 0);
  // It had arrived under the old name, and was not sent again under the new one.
  assert.equal((await fetch(`${office.base}/api/v1/receipts/${receipt}`)).status, 200);
  assert.ok(later().every(({ sent }) => sent.device !== unanswered.device && sent.items.length === 0));
});

test("a key question is answered as one", async () => {
  const { page } = hall;
  const question = "夜间开放到几点合适？";
  office.run(["consultation", "create", "night", "--title", "云泽市夜间开放规定（草案）", "--question", question]);
  await new Promise((later) => setTimeout(later, 1500));
  await page.reload();
  await screen(page, "home");
  await button(page, "点这里开始").click();
  await page.getByRole("button", { name: /夜间开放规定/ }).click();
  await look(page, "questions");
  await button(page, question).click();
  assert.equal(await page.textContent("h1"), question);
  await page.getByLabel("您的意见").fill("夏天到十点，冬天到九点。");
  await button(page, "写好了").click();
  await button(page, "下一步").click();
  await page.getByLabel("我已阅读并同意").check();
  await button(page, "提交").click();
  await page.waitForSelector("[data-state=arrived]");
  const receipt = await page.textContent(".receipts .code");
  const known = await (await fetch(`${office.base}/api/v1/receipts/${receipt}`)).json();
  assert.equal(known.question, question);
  await leave(page);
});

test("no screen has a script error", () => {
  const faults = office.faults.filter((fault) => !/ERR_|crash|Failed to fetch|unknown error occurred|status of 404 .*enrolments/.test(fault));
  assert.deepEqual(faults, []);
});
