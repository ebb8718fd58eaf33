// What a citizen does: read a draft on a telephone, write where one reads, send all together, and see
// what became of it; with scripts and without, large and small.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { faultsOf, fits, open } from "./office.mjs";

const WIDTHS = [[1366, 768], [390, 844]];
let office;
before(async () => {
  office = await open();
  office.run(["draft", "import", "corpora/heyan/draft-2.txt", "--consultation", "heyan"]);
});
after(async () => {
  await office.close();
  assert.deepEqual(office.faults, []);
});

async function shoot(page, name) {
  if (!process.env.SHOTS) return;
  mkdirSync(process.env.SHOTS, { recursive: true });
  const { width } = page.viewportSize();
  await page.screenshot({ path: join(process.env.SHOTS, `${name}-${width}.png`) });
}

for (const [width, height] of WIDTHS) {
  test(`pages for citizens have no serious fault at ${width}×${height}`, async () => {
    const page = await office.visitor(width, height);
    for (const [name, path] of [
      ["home", "/"],
      ["draft", "/c/heyan"],
      ["changes", "/c/heyan/changes"],
      ["say", "/c/heyan/say?article=3"],
      ["beside", "/c/heyan/a/3"],
      ["receipt", "/receipt"],
      ["english", "/en"],
    ]) {
      await page.goto(office.base + path);
      assert.deepEqual(await faultsOf(page), [], path);
      assert.ok(await fits(page), `${path} scrolls sideways`);
      await shoot(page, `public-${name}`);
    }
    await page.goto(office.base);
    await page.click("text=长辈版");
    await page.waitForURL(`${office.base}/`);
    const size = await page.evaluate(() => getComputedStyle(document.documentElement).fontSize);
    assert.equal(size, "28px");
    for (const path of ["/", "/c/heyan", "/c/heyan/say?article=3"]) {
      await page.goto(office.base + path);
      assert.deepEqual(await faultsOf(page), [], `large ${path}`);
      assert.ok(await fits(page), `large ${path} scrolls sideways`);
    }
    await shoot(page, "public-large");
    await page.context().close();
  });
}

test("what is written while reading outlives a reload and is sent together", async () => {
  const page = await office.visitor(390, 844);
  const sent = [];
  page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname} ${request.postData() ?? ""}`));
  await page.goto(`${office.base}/c/heyan`);
  await page.click("[data-say='3']");
  await page.locator("#a3 .laws, #a3 .panel textarea").first().waitFor();
  sent.length = 0;
  await page.fill("#panel-3", "第三条太笼统。我的电话是13800000000。");
  await page.waitForSelector("#a3 .hint:not([hidden])");
  assert.match(await page.textContent("#a3 .hint"), /手机号码（13800000000）/);
  assert.ok(!sent.some((one) => one.includes("13800000000") || one.startsWith("POST")), sent.join("\n"));

  // Some words of another article, marked.
  await page.evaluate(() => {
    const node = document.querySelector("#a5 .article").firstChild;
    getSelection().setBaseAndExtent(node, 2, node, 8);
  });
  await page.click("#quote");
  const quoted = await page.inputValue("#panel-5");
  assert.match(quoted, /^“.{6}”：$/);
  await page.fill("#panel-5", `${quoted}这几个字不清楚。`);
  assert.match(await page.textContent("#basket"), /已写 2 条/);
  await page.reload();
  assert.match(await page.textContent("#basket"), /已写 2 条/);
  await shoot(page, "public-basket");

  await page.click("#basket a");
  assert.equal(await page.inputValue("#text1"), "第三条太笼统。我的电话是13800000000。");
  assert.equal(await page.inputValue("#article2"), "5");
  await page.click("button[name=more]");
  await page.fill("#text3", "总体赞成。");
  await page.reload();
  assert.equal(await page.inputValue("#text3"), "总体赞成。", "kept here too");
  await page.click("fieldset.row:nth-of-type(1) .remove");
  assert.equal(await page.locator("fieldset.row").count(), 2);
  await page.check("[name=consent]");
  await page.waitForTimeout(2100); // Who sends at once is asked whether they are a program.
  await page.click("button.main");
  await page.waitForSelector("[data-sent]");
  assert.equal(await page.locator(".receipts li").count(), 2);
  assert.ok(await page.locator(".receipts svg").first().isVisible());
  assert.deepEqual(await faultsOf(page), []);
  await shoot(page, "public-done");
  await page.goto(`${office.base}/c/heyan`);
  assert.ok(await page.locator("#basket").isHidden(), "sent is not kept");
  await page.context().close();
});

test("everything works with the keyboard, and without scripts", async () => {
  const page = await office.visitor(1366, 768);
  await page.goto(`${office.base}/c/heyan`);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "跳到正文");
  await page.focus("[data-say='2']");
  await page.keyboard.press("Enter");
  await page.keyboard.type("第二条应当写明期限。");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.say), "2");
  await page.context().close();

  const plain = await office.visitor(390, 844, { javaScriptEnabled: false });
  await plain.goto(`${office.base}/c/heyan`);
  await plain.click("#a4 .tools a");
  assert.equal(await plain.inputValue("#article1"), "4");
  await plain.fill("#text1", "第四条我赞成。");
  await plain.click("button[name=more]");
  assert.equal(await plain.locator("fieldset.row").count(), 2);
  assert.equal(await plain.inputValue("#text1"), "第四条我赞成。");
  await plain.check("[name=consent]");
  await plain.waitForTimeout(2100);
  await plain.click("button.main");
  const receipt = (await plain.textContent(".receipts a")).trim();
  await plain.click(".receipts a");
  assert.match(await plain.textContent("main"), /受理/);
  await plain.click("summary:has-text('撤回这件意见')");
  await plain.check("details[open] [name=sure]");
  await plain.click("details[open] button");
  assert.match(await plain.textContent("main"), /已经撤回/);
  assert.match(receipt, /^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  await plain.context().close();
});

test("a draft of 150 articles is small and soon usable on a slow telephone", async () => {
  const lines = ["某市湖泊保护条例（草案）"];
  for (let n = 1; n <= 150; n += 1) {
    if (n % 15 === 1) lines.push(`第${chinese((n + 14) / 15)}章　第${n}组规定`);
    lines.push(`第${chinese(n)}条　湖泊主管部门应当在${n}日内对第${n}类事项作出书面答复，并说明理由和依据；涉及其他部门职责的，应当在五日内转交有关部门，同时告知申请人。`);
    lines.push("任何单位和个人发现违反前款规定行为的，有权向所在地人民政府举报；接到举报的机关应当及时核实处理，并为举报人保密。");
  }
  const file = join(tmpdir(), `caifeng-long-${process.pid}.txt`);
  writeFileSync(file, lines.join("\n"));
  office.run(["draft", "import", file, "--consultation", "long", "--public"]);
  // What another process writes shows within a second.
  for (let tries = 0; (await fetch(`${office.base}/c/long`)).status === 404 && tries < 50; tries += 1) await new Promise((done) => setTimeout(done, 100));
  const page = await office.visitor(390, 844);
  const wire = await page.context().newCDPSession(page);
  await wire.send("Network.enable");
  // A telephone on a poor line: 1.6 Mbit/s, 150 ms, a processor four times slower.
  await wire.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 });
  await wire.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  let bytes = 0;
  wire.on("Network.loadingFinished", (event) => (bytes += event.encodedDataLength));
  await page.goto(`${office.base}/c/long`, { waitUntil: "load" });
  const usable = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd);
  assert.equal(await page.locator(".provision").count(), 150);
  assert.ok(bytes < 150_000, `${bytes} bytes`);
  console.log(`150 articles: ${bytes} bytes, usable after ${Math.round(usable)} ms`);
  await page.context().close();
});

/** 1 to 199 as laws write them. */
function chinese(n) {
  const digits = "零一二三四五六七八九";
  const tens = (m) => (m < 10 ? digits[m] : `${m < 20 ? "" : digits[Math.floor(m / 10)]}十${m % 10 ? digits[m % 10] : ""}`);
  if (n < 100) return tens(n);
  const rest = n % 100;
  if (rest === 0) return "一百";
  return `一百${rest < 10 ? "零" : rest < 20 ? "一" : ""}${tens(rest)}`;
}
