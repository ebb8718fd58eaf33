// Officials in a browser: a consultation begun, its next version imported, stations from a list with a wrong
// row, an account whose owner signs in, a key that is shown once and ended, a request about personal data.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { PASSWORD, faultsOf, fits, open, signIn } from "./office.mjs";

let office;
before(async () => {
  office = await open();
  for (const [name, role] of [["anquan", "security_admin"], ["xitong", "system_admin"], ["shenji", "audit_admin"]]) {
    office.run(["user", "add", name, "--role", role], `${PASSWORD}\n`);
  }
});
after(async () => {
  assert.deepEqual(office?.faults, []);
  await office?.close();
});

const shots = process.env.SHOTS;
const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1366, height: 768 };

/** Looks at a page on a desk and on a telephone. */
async function look(page, name) {
  for (const size of [NARROW, WIDE]) {
    await page.setViewportSize(size);
    assert.ok(await fits(page), `${name} is wider than ${size.width}`);
    if (shots) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: `${shots}/admin-${name}-${size.width}.png`, fullPage: true });
    }
  }
  assert.deepEqual(await faultsOf(page), [], `${name} at ${page.url()}`);
}

async function official(name) {
  const page = await office.visitor();
  await signIn(page, office.base, name);
  return page;
}

const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
const button = (page, name) => page.getByRole("button", { name, exact: true });

const DRAFT = "某市养犬条例（草案）\n第一章　总则\n第一条　为了规范养犬，制定本条例。\n第二条　遛犬应当束绳。\n第四条　本条例自公布之日起施行。\n";
const NEXT = "某市养犬条例（草案二次审议稿）\n第一章　总则\n第一条　为了规范养犬，制定本条例。\n第二条　遛犬应当束绳，绳长不超过一米五。\n第三条　犬只应当登记。\n第四条　本条例自公布之日起施行。\n";

test("stations come from a list, as a whole or not at all", async () => {
  const page = await official("xitong");
  await page.goto(`${office.base}/staff/admin/stations`);
  await look(page, "stations-none");
  await page.getByRole("link", { name: "从名单导入" }).click();
  await look(page, "places");
  const list = "类型,名称,上级,电话\n联系点,某区,,\n联络站,东街,某区,\n联络站,西街,某县,\n信息员,测试甲,东街,\n";
  await page.setInputFiles("[name=file]", file("名单.csv", list));
  await button(page, "上传并查看").click();
  assert.match(await page.textContent("main"), /上级“某县”不在名单里/);
  await look(page, "places-wrong");
  await page.getByRole("link", { name: "重新上传" }).click();
  await page.setInputFiles("[name=file]", file("名单.csv", list.replace("某县", "某区")));
  await button(page, "上传并查看").click();
  await look(page, "places-right");
  await button(page, "确认收入").click();
  assert.match(await page.textContent(".done"), /站点 3 个、信息员 1 人/);
  await page.fill("[name=name]", "甲社区");
  await page.selectOption("[name=kind]", "collection");
  await page.selectOption("[name=parent]", { label: "某区 / 东街" });
  await button(page, "添加").click();
  assert.match(await page.textContent(".done"), /已添加/);
  await look(page, "stations");
  await page.goto(`${office.base}/staff/admin/jobs`);
  await look(page, "jobs");
});

test("a station gets another name", async () => {
  const page = await official("xitong");
  await page.goto(`${office.base}/staff/admin/stations`);
  await page.getByRole("row").filter({ hasText: "甲社区" }).getByRole("link", { name: /改名/ }).click();
  await look(page, "station");
  await page.fill("[name=name]", "乙社区");
  await button(page, "改名").click();
  const list = await page.textContent("main");
  assert.match(list, /乙社区/);
  assert.doesNotMatch(list, /甲社区(?!”)/);
  await page.context().close();
});

test("results are another list, looked over before, and the old one again", async () => {
  const page = await official("wang");
  await page.goto(`${office.base}/staff/admin/templates`);
  await look(page, "templates");
  const down = page.waitForEvent("download");
  await page.locator('a[href="/staff/admin/templates/dispositions"]').click();
  const usual = readFileSync(await (await down).path(), "utf8");
  const give = async (text) => {
    await page.setInputFiles("#dispositions", file("结果.toml", text));
    await page.locator('form[action="/staff/admin/templates/dispositions"] button').click();
  };
  await give("[[disposition]]\ncode = ");
  assert.match(await page.textContent("#dispositions-problem"), /第 2 行/);
  await look(page, "templates-wrong");
  await give(usual.replace("留作研究", "留待研究"));
  assert.match(await page.textContent("main"), /留待研究/);
  await look(page, "templates-check");
  await button(page, "确认换上").click();
  assert.ok(await page.locator(".done").textContent());
  await button(page, "不用本单位的，恢复原来的").click();
  assert.equal(await button(page, "不用本单位的，恢复原来的").count(), 0);
  await page.context().close();
});

test("a consultation is begun, and gets its next version", async () => {
  const page = await official("wang");
  await page.goto(`${office.base}/staff/admin`);
  await look(page, "index");
  await page.goto(`${office.base}/staff/admin/consultations`);
  await look(page, "consultations");
  await page.getByRole("link", { name: "新建任务" }).click();
  await look(page, "start");
  await page.setInputFiles("[name=file]", file("养犬条例.txt", DRAFT));
  await page.fill("[name=slug]", "heyan");
  await page.fill("[name=opens]", "2026-03-01");
  await page.fill("[name=closes]", "2999-03-31");
  await page.check("[name=visibility][value=public]");
  await page.fill("[name=questions]", "绳子多长合适？\n要不要登记？");
  await page.getByLabel("某区 / 东街", { exact: true }).check();
  await button(page, "下一步：核对").click();
  assert.match(await page.textContent("#slug-problem"), /已在使用/);
  assert.equal(await page.inputValue("[name=closes]"), "2999-03-31");
  await look(page, "start-wrong");
  await page.fill("[name=slug]", "yangquan");
  await button(page, "下一步：核对").click();
  await look(page, "start-check");
  await button(page, "确认新建").click();
  assert.match(await page.textContent(".done"), /已新建/);
  await look(page, "consultation");
  await page.getByRole("link", { name: "导入下一稿" }).click();
  await look(page, "next");
  await page.setInputFiles("[name=file]", file("二审稿.txt", NEXT));
  await button(page, "上传并查看").click();
  await look(page, "next-check");
  await button(page, "确认导入为第2稿").click();
  assert.match(await page.textContent(".done"), /新的一稿已导入/);
  await button(page, "现在截止").click();
  assert.match(await page.textContent(".done"), /已截止/);
});

test("an account and a key are made, shown once, and ended", async () => {
  const page = await official("anquan");
  await page.goto(`${office.base}/staff/accounts`);
  await look(page, "accounts");
  await page.getByRole("link", { name: "新建账号" }).click();
  await page.fill("[name=name]", "张三");
  await page.selectOption("[name=role]", "station_officer");
  await button(page, "新建").click();
  await look(page, "account-wrong");
  await page.fill("[name=name]", "zhangsan");
  await page.selectOption("[name=station]", { label: "某区 / 东街" });
  await button(page, "新建").click();
  await look(page, "account-made");
  const password = await page.textContent(".once");
  const other = await office.visitor();
  await other.goto(`${office.base}/staff/login`);
  await other.fill("[name=name]", "zhangsan");
  await other.fill("[name=password]", password);
  await other.click("main button");
  assert.equal(new URL(other.url()).pathname, "/staff");
  await page.getByRole("link", { name: "查看这个账号" }).click();
  await look(page, "account");

  await page.goto(`${office.base}/staff/admin/keys`);
  await page.fill("[name=name]", "sheng-pingtai");
  await page.selectOption("[name=role]", "observer");
  await button(page, "发放").click();
  await look(page, "key-made");
  const key = await page.textContent(".once");
  const call = () => fetch(`${office.base}/api/v1/consultations/heyan/changes`, { headers: { authorization: `Bearer ${key}` } });
  assert.equal((await call()).status, 200);
  await page.getByRole("link", { name: "回到密钥" }).click();
  await look(page, "keys");
  await page.getByRole("button", { name: "停用密钥sheng-pingtai" }).click();
  assert.match(await page.textContent(".done"), /已停用/);
  assert.equal((await call()).status, 401);
});

test("a sender is answered, and the auditor sees it", async () => {
  const page = await official("wang");
  await page.goto(`${office.base}/staff/admin/requests`);
  await page.fill("[name=receipt]", "2222-2222-2222");
  await button(page, "查询").click();
  await look(page, "requests");
  const auditor = await official("shenji");
  await auditor.goto(`${office.base}/staff/admin/audit`);
  const trail = await auditor.textContent("main");
  for (const act of ["consultation.create", "draft.import", "station.import", "account.add", "api_key.revoke"]) {
    assert.ok(trail.includes(act), act);
  }
  await auditor.goto(`${office.base}/staff/admin/privacy`);
  await look(auditor, "privacy");
});
