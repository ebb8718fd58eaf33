// Publication in a browser: an approver looks through what would become public, clears what looks like
// personal data, leaves a point out and releases; everybody reads, searches and prints it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { faultsOf, fits, open, signIn } from "./office.mjs";

let office;
before(async () => {
  office = await open();
  office.run(["draft", "import", "corpora/heyan/draft-2.txt", "--consultation", "heyan"]);
  office.run(["triage", "--consultation", "heyan"]);
});
after(async () => { await office?.close(); });

const shots = process.env.SHOTS;
async function look(page, name) {
  const serious = await faultsOf(page);
  assert.deepEqual(serious, [], `${name} at ${page.url()}`);
  assert.ok(await fits(page), `${name} is wider than the screen`);
  if (shots) {
    mkdirSync(shots, { recursive: true });
    const { width } = page.viewportSize();
    await page.screenshot({ path: `${shots}/${name}-${width}.png`, fullPage: true });
  }
}

async function staff(name) {
  const page = await office.visitor();
  await signIn(page, office.base, name);
  return page;
}

/** Decides as a form would. */
async function decide(page, form) {
  const answer = await page.request.post(`${office.base}/staff/c/heyan/desk/decide`, { form, headers: { accept: "application/json", "sec-fetch-site": "same-origin" } });
  assert.equal(answer.status(), 200, await answer.text());
}

const REASONS = { adopted: "", partly: "吸收了限定范围的建议，幅度作了调整。", kept: "涉及面较广，留待制定实施细则时研究。", not_adopted: "上位法已有明确规定，本条例不宜另作规定。" };

test("points get results that a second person approves", async () => {
  const [wang, li] = [await staff("wang"), await staff("li")];
  await wang.goto(`${office.base}/staff/c/heyan/desk`);
  const cells = await wang.locator("a.cell").evaluateAll((all) => all.map((cell) => cell.href));
  const points = new Set();
  for (const cell of cells) {
    await wang.goto(cell);
    for (const item of (await wang.locator("main [data-item]").evaluateAll((all) => all.map((i) => i.dataset.item))).slice(0, 3)) points.add(item);
    if (points.size > 30) break;
  }
  const all = [...points];
  const codes = Object.keys(REASONS);
  for (const [at, point] of all.entries()) {
    const code = codes[at % codes.length];
    await decide(wang, { do: "dispose", point, code, reason: REASONS[code] });
    await decide(li, { do: "approve", point });
  }
  await decide(wang, { do: "wording", point: all[0], text: "建议进一步明确条例的适用范围。" });
});

test("an approver looks it through, and nothing suspicious goes out", async () => {
  const page = await staff("li");
  const address = `${office.base}/staff/c/heyan/publication`;
  await page.goto(address);
  await look(page, "publication");
  await page.getByRole("button", { name: "不公布这个观点" }).first().click();
  await page.waitForSelector("text=恢复公布这个观点");
  for (let turn = 0; turn < 50; turn += 1) {
    await page.goto(`${address}?only=flagged`);
    const button = page.getByRole("button", { name: "核实过，可以公布" }).first();
    if (await button.count() === 0) break;
    assert.equal(await page.getByRole("button", { name: /^公布这/ }).count(), 0, "not while anything is suspicious");
    await button.click();
    await page.waitForLoadState();
  }
  await page.goto(`${address}/preview`);
  await look(page, "preview");
  await page.goto(address);
  await page.getByRole("button", { name: /^公布这/ }).click();
  await page.waitForSelector(".done");
  await look(page, "published");
});

test("everybody reads, searches and prints it", async () => {
  for (const [width, height] of [[1366, 768], [390, 844]]) {
    const page = await office.visitor(width, height);
    await page.goto(`${office.base}/c/heyan/feedback`);
    await look(page, "feedback");
    const words = (await page.locator(".wording").nth(1).textContent()).replaceAll("“", "").slice(0, 12);
    const link = await page.locator("text=固定链接").first().getAttribute("href");
    await page.goto(office.base + link);
    await look(page, "feedback-point");
    await page.goto(`${office.base}/feedback?q=${encodeURIComponent(words)}`);
    assert.ok(await page.locator("mark").count() > 0, "what was asked for is marked");
    await look(page, "archive");
    await page.goto(`${office.base}/feedback/adopted`);
    assert.ok(await page.locator(".fruit").count() > 0);
    await look(page, "adopted");
    await page.goto(`${office.base}/c/heyan/notice`);
    await look(page, "notice");
  }
  const page = await office.visitor();
  for (const paper of ["a4", "a3"]) {
    await page.goto(`${office.base}/c/heyan/notice?paper=${paper}`);
    const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
    const boxes = pdf.toString("latin1").match(/\/MediaBox\s*\[[^\]]*\]/g);
    const width = Number(boxes[0].match(/[\d.]+/g)[2]);
    assert.ok(Math.abs(width - (paper === "a4" ? 595 : 842)) < 2, `${paper}: ${boxes[0]}`);
    if (shots) writeFileSync(`${shots}/notice-${paper}.pdf`, pdf);
  }
  const missing = await page.request.get(`${office.base}/c/heyan/feedback/P-99999`);
  assert.equal(missing.status(), 404);
  assert.deepEqual(office.faults, []);
});
