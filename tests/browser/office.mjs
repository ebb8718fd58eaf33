// A contact point's office for browser tests: the sample consultation in a folder of its own, the
// server, and people who sign in. Nothing here leaves the machine.
import { spawn, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const target = process.env.CARGO_TARGET_DIR ?? join(root, "target");
const program = process.env.CAIFENG_BIN ?? join(target, "debug", "caifeng");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const PASSWORD = "一二三四五六七八九十";

function browserPath() {
  const known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const path = process.env.CHROMIUM ?? known.find(existsSync);
  if (!path) throw new Error("缺少 chromium：apt install chromium");
  return path;
}

/** A port that is free now. */
async function freePort() {
  const server = createServer();
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** `serve`: what else the server is told. */
export async function open(serve = []) {
  const data = mkdtempSync(join(tmpdir(), "caifeng-browser-"));
  const run = (args, input) => {
    const done = spawnSync(program, ["--data", data, "--model", "lexical", ...args], { input, cwd: root, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`caifeng ${args.join(" ")}: ${done.stderr}`);
    return done.stdout;
  };
  run(["draft", "import", "corpora/heyan/draft.txt", "--consultation", "heyan", "--public"]);
  run(["import", "corpora/heyan/submissions.jsonl", "--consultation", "heyan"]);
  run(["triage", "--consultation", "heyan"]);
  for (const [name, role] of [["wang", "reviewer"], ["li", "approver"]]) {
    run(["user", "add", name, "--role", role], `${PASSWORD}\n`);
  }
  const base = `http://127.0.0.1:${await freePort()}`;
  const server = spawn(program, ["--data", data, "--model", "lexical", "serve", "--listen", base.slice(7), ...serve], { cwd: root, stdio: "ignore" });
  for (let turn = 0; ; turn += 1) {
    const answers = await fetch(`${base}/healthz`).then((answer) => answer.ok, () => false);
    if (answers) break;
    if (turn > 300) throw new Error("the server does not answer");
    await new Promise((later) => setTimeout(later, 100));
  }
  const browser = await chromium.launch({ executablePath: browserPath(), args: ["--no-sandbox"] });
  const faults = [];
  return {
    base,
    data,
    faults,
    run,
    async visitor(width = 1366, height = 768, options = {}) {
      const context = await browser.newContext({ viewport: { width, height }, locale: "zh-CN", ...options });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(String(error)));
      page.on("console", (message) => {
        // A refusal that the page shows is no fault of the page.
        const refused = /status of (401|403|409|413|422)/.test(message.text());
        if (message.type() === "error" && !refused) faults.push(`${message.text()} ${message.location().url}`);
      });
      return page;
    },
    async close() {
      await browser.close();
      server.kill("SIGTERM");
      await new Promise((gone) => server.once("exit", gone));
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export async function signIn(page, base, name, code = "") {
  await page.goto(`${base}/staff/login`);
  await page.fill("[name=name]", name);
  await page.fill("[name=password]", PASSWORD);
  if (code) await page.fill("[name=code]", code);
  await page.click("main button");
}

/** What a telephone with this secret shows (RFC 6238, SHA-1, 30 s, six digits). */
export function oneTimeCode(secret, at = Date.now()) {
  const bits = [...secret.replace(/[\s=]/g, "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const offset = hash[19] & 15;
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1e6).padStart(6, "0");
}

/** What axe finds that is serious, as text; empty when nothing is. */
export async function faultsOf(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations
    .filter((violation) => ["serious", "critical"].includes(violation.impact))
    .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`);
}

/** Whether the page can be read without scrolling sideways. */
export function fits(page) {
  return page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
}
