// A hall for browser tests: the line that leads to the office and can break, and what people do at the
// device.
import assert from "node:assert/strict";
import { createServer, request } from "node:http";

export const PIN = "246810";


/**
 * The line between the hall and the office. `mode`: `up`; `down`, nothing gets through; `deaf`, what is
 * sent arrives and the answer is lost; `portal`, somebody else's page answers. `plan` is used up first,
 * one entry a batch. With `next` the program at the other end has a new version instead of `version`.
 */
export async function lay(office) {
  const line = { mode: "down", plan: [], batches: [], uploads: [] };
  const server = createServer(async (asked, answer) => {
    const parts = [];
    for await (const part of asked) parts.push(part);
    const body = Buffer.concat(parts);
    const is_batch = asked.url === "/api/v1/kiosk/batches";
    if (line.next) asked.url = asked.url.replace(line.next, line.version);
    const mode = is_batch && line.plan.length > 0 ? line.plan.shift() : line.mode;
    const upload = { from: performance.now(), to: Infinity, given_up: false };
    if (is_batch) line.uploads.push(upload);
    answer.once("close", () => {
      upload.given_up = upload.to === Infinity;
      upload.to = Math.min(upload.to, performance.now());
    });
    const say = (status, headers, body) => {
      upload.to = performance.now();
      answer.writeHead(status, headers).end(body);
    };
    const lose = () => {
      upload.to = performance.now();
      answer.destroy();
    };
    if (mode === "down") return lose();
    if (mode === "portal") return say(200, { "content-type": "text/html" }, "<h1>请先登录本楼的网络</h1>");
    const said = await forward(office, asked, body);
    if (is_batch) {
      line.batches.push({ mode, sent: JSON.parse(body).batch, status: said.status });
      line.heard?.();
    }
    if (mode === "deaf") return lose();
    if (line.next && /html|javascript|manifest/.test(said.headers["content-type"])) {
      said.body = said.body.toString().replaceAll(line.version, line.next);
      delete said.headers["content-length"];
    }
    return say(said.status, said.headers, said.body);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  line.base = `http://127.0.0.1:${server.address().port}`;
  line.close = () => { server.closeAllConnections(); server.close(); };
  return line;
}

/** Uploads that began while an earlier one was at work that nobody had given up. */
export function overlaps({ uploads }) {
  return uploads.filter((one, at) => uploads.slice(0, at).some((before) => !before.given_up && before.to > one.from));
}

function forward(office, { method, url, headers }, body) {
  return new Promise((done, failed) => {
    const passed = request(office.base + url, { method, headers }, async (answer) => {
      const parts = [];
      for await (const part of answer) parts.push(part);
      done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(parts) });
    });
    passed.on("error", failed);
    passed.end(body);
  });
}

export const screen = (page, name) => page.waitForSelector(`body[data-screen="${name}"]`);
export const button = (page, name) => page.getByRole("button", { name, exact: true });

/** One visit, up to the receipts that it ends with. */
export async function visit(page, texts, { see } = {}) {
  await button(page, "点这里开始").click();
  await see?.("contents");
  for (const [at, text] of texts.entries()) {
    if (at === 0) {
      await page.getByRole("button", { name: /总则/ }).click();
      await see?.("chapter");
      await button(page, "对第二条说几句").click();
      await see?.("write");
    } else {
      await button(page, "再说一条").click();
      await button(page, "对整部草案说几句").click();
    }
    await page.getByLabel("您的意见").fill(text);
    await button(page, "写好了").click();
  }
  await see?.("basket");
  await button(page, "下一步").click();
  await page.getByLabel("我已阅读并同意").check();
  await see?.("sender");
  await button(page, "提交").click();
  await screen(page, "sent");
  return page.locator(".receipts .code").allTextContents();
}

/** The same without hands, as fast as the page can. */
export function quickVisit(page, texts) {
  return page.evaluate(async (texts) => {
    const screen = async (name) => {
      while (document.body.dataset.screen !== name) await new Promise((later) => setTimeout(later, 2));
    };
    const press = (part) => document.querySelector(`#stage [data-${part}]`).click();
    press("start");
    for (const text of texts) {
      await screen("contents");
      press("whole");
      await screen("write");
      document.getElementById("text").value = text;
      document.querySelector("#stage form").requestSubmit();
      await screen("basket");
      if (text !== texts[texts.length - 1]) press("more");
    }
    press("next");
    await screen("sender");
    document.querySelector("[data-agree]").checked = true;
    document.querySelector("#stage form").requestSubmit();
    await screen("sent");
    return [...document.querySelectorAll(".receipts .code")].map((code) => code.textContent);
  }, texts);
}

export async function leave(page) {
  await button(page, "完成").click();
  await screen(page, "home");
}

/** What staff see on the device. */
export async function staff(page) {
  for (let tap = 0; tap < 5; tap += 1) await page.locator("#place").click();
  await page.getByLabel("管理口令").fill(PIN);
  await button(page, "进入").click();
  await screen(page, "staff");
}

export const fact = (page, name) => page.locator(`dt:text-is("${name}") + dd`).textContent();
export const waitingOn = (page) => page.evaluate(() => new Promise((done) => {
  indexedDB.open("caifeng-kiosk").onsuccess = ({ target: { result: base } }) => {
    const count = base.transaction("outbox").objectStore("outbox").count();
    count.onsuccess = () => { base.close(); done(count.result); };
  };
}));

/** Lets the pauses between two attempts pass until `done` says so. */
export async function hurry(page, line, done) {
  for (let turn = 0; !(await done()); turn += 1) {
    assert.ok(turn < 200, "it does not come to an end");
    // What is on its way gets its answer first.
    do await new Promise((later) => setTimeout(later, 100)); while (line.uploads.some(({ to }) => to === Infinity));
    await page.clock.fastForward(15 * 60000);
  }
}
