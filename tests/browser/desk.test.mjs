// The reviewer's whole job in a browser: sign in with a second factor, review by keyboard, merge,
// split, undo, decide, have it approved, read the answer, export.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { PASSWORD, faultsOf, fits, oneTimeCode, open, signIn } from "./office.mjs";

let office;
before(async () => { office = await open(); });
after(async () => { await office?.close(); });

const shots = process.env.SHOTS;
async function look(page, name) {
  const serious = await faultsOf(page);
  assert.deepEqual(serious, [], `${name} at ${page.url()}`);
  assert.ok(await fits(page), `${name} is wider than the screen`);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    const { width } = page.viewportSize();
    await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: width > 500 });
  }
}

/** Does something by keyboard and waits until the page says so. */
async function press(page, key, says) {
  await page.keyboard.press(key);
  await page.waitForFunction((words) => document.getElementById("said")?.textContent.includes(words), says);
  await page.evaluate(() => { document.getElementById("said").textContent = ""; });
}

const items = (page) => page.locator("main [data-item]").evaluateAll((all) => all.map((item) => item.dataset.item));

/** The provision with the most points, by the map of the overview. */
async function busiest(page) {
  const cells = await page.locator("a.cell").evaluateAll((all) => all.map((cell) => [Number(cell.querySelector("small").textContent.split("/")[1]), cell.href]));
  return cells.sort((a, b) => b[0] - a[0])[0][1];
}

test("a reviewer signs in with a second factor", async () => {
  const page = await office.visitor();
  await signIn(page, office.base, "wang");
  await page.goto(`${office.base}/staff/second-factor`);
  await look(page, "second-factor");
  const secret = (await page.locator(".secret").first().textContent()).trim();
  await page.fill("[name=password]", PASSWORD);
  await page.fill("[name=code]", oneTimeCode(secret));
  await page.getByRole("button", { name: "启用" }).click();
  await page.waitForSelector(".done");
  await page.context().clearCookies();
  await signIn(page, office.base, "wang");
  assert.match(await page.textContent("main"), /动态口令/);
  // A code works once: the next one is of the next half minute, which is accepted early.
  await signIn(page, office.base, "wang", oneTimeCode(secret, Date.now() + 30000));
  assert.equal(new URL(page.url()).pathname, "/staff");
  office.wang = await page.context().storageState();
});

test("an article is reviewed by keyboard, and everything can be undone", async () => {
  const page = await office.visitor();
  await page.context().addCookies(office.wang.cookies);
  await page.goto(`${office.base}/staff/c/heyan/desk`);
  await look(page, "overview");
  const article = await busiest(page);
  await page.goto(article);
  await look(page, "article");
  const start = await items(page);
  assert.ok(start.length > 2);

  await page.keyboard.press("j");
  await press(page, "a", "已核定观点");
  assert.equal(await page.locator(".card.clear").count(), 1);
  await press(page, "u", "已撤销");
  assert.equal(await page.locator(".card.clear").count(), 0);

  // The last two points, neither for nor against, say the same.
  const others = await page.locator("main > section:last-of-type [data-item]").evaluateAll((all) => all.map((item) => item.dataset.item));
  const [a, b] = others.slice(-2);
  await page.locator(`[data-item="${a}"]`).focus();
  await press(page, "m", "已标记");
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.item), b);
  const began = Date.now();
  await press(page, "m", "已合并观点");
  console.log(`a merge showed after ${Date.now() - began} ms`);
  assert.deepEqual(await items(page).then((all) => all.includes(a)), false);
  await press(page, "u", "已撤销");
  assert.deepEqual((await items(page)).sort(), start.sort());

  await page.keyboard.press("?");
  assert.ok(await page.locator("dialog#keys").isVisible());
  await page.keyboard.press("Escape");
  office.article = article;
  office.pair = [a, b];
});

test("a point is split, named, decided and approved by a second person; its sender reads the answer", async () => {
  const page = await office.visitor();
  await page.context().addCookies(office.wang.cookies);
  const [a, b] = office.pair;
  await page.goto(`${office.base}/staff/c/heyan/desk/points/${a}`);
  await page.selectOption("#into", b);
  await page.getByRole("button", { name: "合并", exact: true }).click();
  await page.waitForURL(new RegExp(`points/${b}$`));
  await look(page, "point");
  const units = await items(page);
  await page.locator(".unit input[type=checkbox]").first().check();
  await page.getByRole("button", { name: "把选中的拆成新观点" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(b));
  const split = await items(page);
  assert.deepEqual(split, units.slice(0, 1));

  await page.locator("#naming summary").click();
  await page.fill("#name", "改一个说法");
  await page.getByRole("button", { name: "保存标题" }).click();
  await page.waitForSelector("h1:has-text('改一个说法')");
  await page.selectOption("#code", "kept");
  await page.getByRole("button", { name: "拟定" }).click();
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("请填写理由"));
  await page.fill("#reason", "涉及面广，留待下次修改时一并研究。");
  await page.getByRole("button", { name: "拟定" }).click();
  await page.waitForSelector("#preview");
  await look(page, "result");
  const point = page.url();
  const submission = split[0].split(":")[0];
  await page.goto(`${office.base}/staff/c/heyan/desk/submissions/${submission}`);
  await look(page, "submission");
  const receipt = (await page.textContent("main")).match(/[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}/)[0];

  const li = await office.visitor();
  await signIn(li, office.base, "li");
  await li.goto(`${office.base}/staff/c/heyan/desk/queue?kind=approval`);
  await look(li, "queue");
  await li.goto(point);
  await li.getByRole("button", { name: "审核通过" }).click();
  await li.waitForSelector("text=审核通过");

  const sender = await office.visitor(390, 844);
  await sender.goto(`${office.base}/receipt?code=${receipt}`);
  assert.match(await sender.textContent("main"), /留作研究/);
  await look(sender, "receipt");
  await sender.getByLabel("基本满意").check();
  await sender.getByRole("button", { name: "提交评价" }).click();
  assert.match(await sender.textContent("main"), /谢谢您的评价/);
});

/** The words of each unit of a submission as its page marks them. */
const markedUnits = (page) => page.evaluate(() => {
  const units = [];
  for (const mark of document.querySelectorAll("#original mark")) {
    const open = units.length > 0 && !units.at(-1).closed;
    if (open) units.at(-1).words += mark.textContent; else units.push({ words: mark.textContent });
    units.at(-1).closed = mark.nextElementSibling?.tagName === "SUP";
  }
  return units.map((unit) => unit.words);
});

test("words marked by mouse or keyboard become a unit, and without scripts words that are named", async () => {
  const page = await office.visitor();
  await page.context().addCookies(office.wang.cookies);
  const at = `${office.base}/staff/c/heyan/desk/submissions/S-3`;
  await page.goto(at);
  const before = await markedUnits(page);
  const text = await page.locator("#original [data-at]").allTextContents().then((all) => all.join(""));
  const button = page.getByRole("button", { name: "以选中的文字作为这条意见的范围" });

  // By keyboard: the third to the eighth sign.
  await page.focus("#original");
  for (let turn = 0; turn < 3; turn += 1) await page.keyboard.press("ArrowRight");
  for (let turn = 0; turn < 5; turn += 1) await page.keyboard.press("Shift+ArrowRight");
  // The page hears of a selection a moment after it was made.
  await page.waitForFunction(() => document.getElementById("marked").textContent.includes("第 3 至 8 字，共 6 字"));
  await look(page, "marked");
  const began = Date.now();
  await button.click();
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("已改意见范围"));
  console.log(`new bounds showed after ${Date.now() - began} ms`);
  assert.ok((await markedUnits(page)).includes([...text].slice(2, 8).join("")));
  await page.locator("body").press("u");
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("已撤销"));
  assert.deepEqual(await markedUnits(page), before);

  // By mouse, over the first line.
  const box = await page.locator("#original").boundingBox();
  await page.mouse.move(box.x + 16, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 150, box.y + 20, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction(() => /第 \d+ 至 \d+ 字/.test(document.getElementById("marked").textContent));
  await page.evaluate(() => new Promise((done) => setTimeout(done, 200)));
  const [, from, to] = (await page.textContent("#marked")).match(/第 (\d+) 至 (\d+) 字/);
  await button.click();
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("已改意见范围"));
  assert.ok((await markedUnits(page)).includes([...text].slice(from - 1, Number(to)).join("").trim()));
  await page.locator("body").press("u");
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("已撤销"));

  const plain = await office.visitor(1366, 768, { javaScriptEnabled: false });
  await plain.context().addCookies(office.wang.cookies);
  await plain.goto(at);
  await plain.locator("#by-words summary").click();
  await plain.fill("#begin", "没有说过的话");
  await plain.getByRole("button", { name: "以这些文字作为这条意见的范围" }).click();
  assert.match(await plain.textContent("main"), /原文里没有/);
  await plain.goto(at);
  await plain.locator("#by-words summary").click();
  await plain.fill("#begin", [...text].slice(2, 10).join(""));
  await plain.fill("#end", [...text].slice(6, 16).join(""));
  await plain.getByRole("button", { name: "以这些文字作为这条意见的范围" }).click();
  assert.equal(plain.url(), at);
  await page.reload();
  assert.ok((await markedUnits(page)).includes([...text].slice(2, 16).join("")));
  await page.locator("body").press("u");
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("已撤销"));
});

test("a recording is attached to a submission and heard beside its words", async () => {
  const page = await office.visitor();
  await page.context().addCookies(office.wang.cookies);
  const at = `${office.base}/staff/c/heyan/desk/submissions/S-3`;
  await page.goto(at);
  await page.getByRole("link", { name: "附上原件扫描或录音" }).click();
  // A tenth of a second of silence.
  const sound = Buffer.alloc(844, 128);
  sound.write("RIFF"); sound.writeUInt32LE(836, 4); sound.write("WAVEfmt ", 8); sound.writeUInt32LE(16, 16);
  sound.writeUInt16LE(1, 20); sound.writeUInt16LE(1, 22); sound.writeUInt32LE(8000, 24); sound.writeUInt32LE(8000, 28);
  sound.writeUInt16LE(1, 32); sound.writeUInt16LE(8, 34); sound.write("data", 36); sound.writeUInt32LE(800, 40);
  await page.setInputFiles("#file", { name: "a.wav", mimeType: "audio/wav", buffer: sound });
  await page.getByRole("button", { name: "附上" }).click();
  await look(page, "scans");
  await page.goto(at);
  const seconds = await page.locator("audio").evaluate((audio) => new Promise((heard, failed) => {
    audio.addEventListener("loadedmetadata", () => heard(audio.duration));
    audio.addEventListener("error", () => failed(new Error(audio.error.message)));
    audio.load();
    audio.preload = "auto";
  }));
  assert.ok(Math.abs(seconds - 0.1) < 0.01, `${seconds} s`);
  await look(page, "submission-recording");
});

test("what was decided is in the report", async () => {
  const page = await office.visitor();
  await page.context().addCookies(office.wang.cookies);
  const report = await page.request.get(`${office.base}/api/v1/consultations/heyan/report?format=md`);
  assert.equal(report.status(), 200);
  assert.match(await report.text(), /征求意见情况/);
});

test("every page of the desk can be read on a phone", async () => {
  const page = await office.visitor(390, 844);
  await page.context().addCookies(office.wang.cookies);
  for (const [name, path] of [
    ["overview", "/staff/c/heyan/desk"],
    ["article", new URL(office.article).pathname],
    ["point", `/staff/c/heyan/desk/points/${office.pair[1]}`],
    ["queue", "/staff/c/heyan/desk/queue"],
    ["submission", "/staff/c/heyan/desk/submissions/S-3"],
    ["desks", "/staff/desks"],
    ["staff", "/staff"],
  ]) {
    await page.goto(office.base + path);
    await look(page, name);
  }
});

test("no page has a script error", () => {
  assert.deepEqual(office.faults, []);
});
