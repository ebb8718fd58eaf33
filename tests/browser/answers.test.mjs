// Answers in a browser: a table that was filled in with LibreOffice Calc comes back, a point is taken for
// one about wording alone, and what the level above answered stands at the desk of those who had sent it.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fill, installed } from "./calc.mjs";
import { faultsOf, fits, open, signIn } from "./office.mjs";

let county;
let city;
before(async () => {
  county = await open();
  city = await open();
});
after(async () => {
  await county?.close();
  await city?.close();
  assert.deepEqual([county?.faults, city?.faults], [[], []]);
});

const DESK = "/staff/c/heyan/desk";
const shots = process.env.SHOTS;

/** Looks at a page on a desk and on a telephone. */
async function look(page, name) {
  for (const size of [{ width: 390, height: 844 }, { width: 1366, height: 768 }]) {
    await page.setViewportSize(size);
    assert.ok(await fits(page), `${name} is wider than ${size.width}`);
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: `${shots}/${name}-${size.width}.png`, fullPage: size.width < 500 });
    }
  }
  assert.deepEqual(await faultsOf(page), [], `${name} at ${page.url()}`);
}

async function official(office, name) {
  const page = await office.visitor();
  await signIn(page, office.base, name);
  return page;
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const skip = installed ? false : "LibreOffice (soffice) is not installed";

test("a table filled in with a spreadsheet program is looked over and becomes results", { skip }, async () => {
  const page = await official(county, "wang");
  const table = await page.request.get(`${county.base}/staff/c/heyan/report?format=xlsx`);
  const filled = fill(await table.body(), [
    ["采纳", ""],
    ["未采纳", "上位法已有规定"],
    ["", "只写了理由"],
    ["部分采纳", "二审稿已改两处"],
  ]);
  await page.goto(`${county.base}${DESK}/table`);
  await look(page, "table-none");
  await page.setInputFiles("[name=file]", { name: "汇总表.xlsx", mimeType: "application/octet-stream", buffer: filled });
  await button(page, "上传并核对").click();
  const found = await page.textContent("main");
  assert.match(found, /新的处理结果 3 个/);
  assert.match(found, /有 1 行不能用/);
  assert.match(found, /填了理由但没有填采纳情况/);
  await look(page, "table-found");
  const points = await page.locator("main td a").evaluateAll((all) => all.map((link) => link.href));
  await button(page, "写入 3 个处理结果").click();
  assert.match(await page.textContent(".done"), /已写入 3 个处理结果/);
  await look(page, "table-done");
  const results = [];
  for (const point of points) {
    await page.goto(point);
    const [result] = await page.locator("main .tag.main").allTextContents();
    results.push(result.match(/未采纳|部分采纳|采纳/)[0]);
  }
  assert.deepEqual(results.sort(), ["未采纳", "部分采纳", "采纳"].sort());
});

test("a point is taken for one about wording alone, and not any more", async () => {
  const page = await official(county, "wang");
  await page.goto(county.base + DESK);
  await page.locator("a.cell").first().click();
  await page.locator("main a[href*='/points/']").first().click();
  const tags = () => page.locator("main .tag").allTextContents().then((all) => all.join("|"));
  assert.doesNotMatch(await tags(), /文字性意见/);
  await button(page, "归入文字性意见").click();
  await page.waitForSelector(".tag:has-text('文字性意见')");
  await look(page, "wording");
  await button(page, "不作文字性意见").click();
  await page.waitForSelector(".tag:has-text('文字性意见')", { state: "detached" });
});

test("what the level above answered stands at the point and in the list of its article", async () => {
  for (const [office, name] of [[county, "某县"], [city, "某市"]]) {
    const list = join(office.data, "stations.csv");
    writeFileSync(list, `类型,名称,上级\n联系点,${name},\n`);
    office.run(["station", "import", list]);
  }
  const key = (office) => office.run(["exchange", "key"]).match(/ed25519 [0-9a-f]+/)[0];
  county.run(["exchange", "trust", "某市", "--key", key(city)]);
  city.run(["exchange", "trust", "某县", "--key", key(county)]);
  const up = join(county.data, "up.zip");
  county.run(["exchange", "export", "--out", up]);
  city.run(["exchange", "import", up, "--consultation", "heyan"]);
  city.run(["triage", "--consultation", "heyan"]);

  const wang = await official(city, "wang");
  await wang.goto(city.base + DESK);
  await wang.locator("a.cell").first().click();
  await wang.locator("main a[href*='/points/']").first().click();
  await wang.selectOption("#code", "kept");
  await wang.fill("#reason", "涉及面广，留待下次修改时一并研究。");
  await button(wang, "拟定").click();
  await wang.waitForSelector("#preview");
  const li = await official(city, "li");
  await li.goto(wang.url());
  await button(li, "审核通过").click();
  await li.waitForSelector("text=审核通过");
  const down = join(city.data, "down.zip");
  city.run(["exchange", "feedback", "某县", "--out", down]);
  county.run(["exchange", "import", down]);

  const page = await official(county, "wang");
  await page.goto(county.base + DESK);
  await page.locator("a.cell").first().click();
  const card = page.locator("[data-item]", { hasText: "某市：留作研究" }).first();
  await card.waitFor();
  await look(page, "above-list");
  await card.locator("a[href*='/points/']").first().click();
  assert.match(await page.textContent("main"), /某市答复：留作研究\s*涉及面广/);
  await look(page, "above-point");
});

test("a package beyond its limit is refused with words", async () => {
  const page = await official(county, "wang");
  const file = join(county.data, "large.zip");
  writeFileSync(file, Buffer.alloc(65 << 20));
  await page.goto(`${county.base}/staff/c/heyan/exchange`);
  await page.setInputFiles("[name=file]", file);
  await button(page, "检查").click({ timeout: 120000 });
  assert.match(await page.textContent("main"), /提交的内容太大，超过了这里的上限/);
  await look(page, "package-too-large");
});
