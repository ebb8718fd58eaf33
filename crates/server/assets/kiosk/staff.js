// What staff see of the device: what waits, what was refused, how the connection is.

import { keep, setting } from "./base.js";
import { forget, returned, waiting } from "./queue.js";
import { make, moment, onClick, show } from "./screen.js";
import { hashCode } from "./seal.js";

/** After so many wrong codes each further one waits. */
const FREE_TRIES = 5;
const LONGEST_WAIT = 15 * 60000;
const QUIET = [[60, "1 分钟"], [90, "1 分半钟"], [120, "2 分钟"], [180, "3 分钟"], [300, "5 分钟"]];

/** Asks for the staff code. */
export function askCode(kiosk) {
  const part = show("pin");
  part("pin").focus();
  onClick(part("back"), () => kiosk.home());
  onClick(part("enrol"), () => kiosk.enrolAgain());
  part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const known = await setting(kiosk.base, "pin");
    const wrong = (await setting(kiosk.base, "wrong")) ?? { count: 0, until: 0 };
    const wait = Math.min(wrong.until - Date.now(), LONGEST_WAIT);
    const tell = (words) => {
      part("problem").hidden = false;
      part("problem").textContent = words;
      part("pin").value = "";
      part("pin").focus();
    };
    if (wait > 0) return tell(`输错的次数多了，请过 ${Math.ceil(wait / 60000)} 分钟再试。`);
    const { hash } = await hashCode(part("pin").value.trim(), known.salt);
    if (hash === known.hash) {
      await keep(kiosk.base, { wrong: undefined });
      return status(kiosk);
    }
    const count = wrong.count + 1;
    const pause = count < FREE_TRIES ? 0 : Math.min(LONGEST_WAIT, 60000 * 2 ** (count - FREE_TRIES));
    await keep(kiosk.base, { wrong: { count, until: Date.now() + pause } });
    return tell("口令不对。");
  });
}

async function status(kiosk) {
  const part = show("staff");
  const tell = (words) => {
    part("state").hidden = false;
    part("state").textContent = words;
  };
  await fill(kiosk, part);
  onClick(part("back"), () => kiosk.home());
  onClick(part("test"), async () => {
    tell("正在上传…");
    const done = await kiosk.uploader.upload({ test: true });
    await fill(kiosk, part);
    tell(done ? "上传正常，服务器已经应答。" : (await setting(kiosk.base, "contact")).fault);
  });
  onClick(part("drafts"), async () => {
    tell("正在更新…");
    const before = kiosk.hall.now;
    const now = await kiosk.hall.refresh();
    const registration = await navigator.serviceWorker?.getRegistration();
    await registration?.update().catch(() => undefined);
    await fill(kiosk, part);
    tell(now && now !== before ? "草案已经更新。程序有新版本的，回到首页时自动换上。" : "没有更新：连不上服务器。");
  });
  const quiet = part("quiet");
  for (const [seconds, words] of QUIET) {
    quiet.append(make("option", { value: seconds, selected: seconds === kiosk.idle.quiet }, words));
  }
  quiet.addEventListener("change", async () => {
    kiosk.idle.quiet = Number(quiet.value);
    await keep(kiosk.base, { quiet: kiosk.idle.quiet });
  });
  onClick(part("enrol"), () => kiosk.enrolAgain());
  onClick(part("leave"), async () => {
    if (!(await kiosk.ask("注销以后，要有新的注册码才能再用。确定注销这台终端吗？"))) return;
    await keep(kiosk.base, { device: undefined, pin: undefined });
    await kiosk.home();
  });
}

async function fill(kiosk, part) {
  const [queue, contact, back, device, stored] = await Promise.all([
    waiting(kiosk.base), setting(kiosk.base, "contact"), returned(kiosk.base), setting(kiosk.base, "device"),
    navigator.storage?.persisted?.(),
  ]);
  const facts = [
    ["设备", `${device.name}，${device.place.name}`],
    ["等待上传", queue.count > 0 ? `${queue.count} 条，最早的是 ${moment(queue.since)}` : "没有"],
    ["最近一次上传", contact?.at ? moment(contact.at) : "还没有过"],
    ["上传故障", contact?.fault ? `${moment(contact.faultAt)}　${contact.fault}` : "没有"],
    ["时钟", clock(contact?.offset)],
    ["服务器缺少的批次", gaps(contact?.missing)],
    ["正在征求意见的草案", `${(await kiosk.open()).length} 部`],
    ["断网也能打开", navigator.serviceWorker?.controller ? "可以" : "还不行，请在有网络时再打开一次本页"],
    ["存储保护", stored ? "浏览器不会自行清除本机的意见" : "浏览器没有承诺保留，请勿清理浏览数据"],
    ["程序版本", document.documentElement.dataset.version],
  ];
  part("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  part("returned").hidden = back.length === 0;
  const title = (slug) => kiosk.hall.now?.consultations?.find((one) => one.slug === slug)?.title ?? slug;
  part("list").replaceChildren(...back.map((row) => make("li", {},
    make("p", { class: "small" }, `${moment(row.at)}　编号 ${row.receipt}　${title(row.item.consultation)}${row.item.article ? `　第 ${row.item.article} 条` : ""}`),
    make("p", { class: "problem" }, row.detail),
    make("p", { class: "words" }, row.item.text),
    make("p", { class: "small" }, Object.values(row.item.submitter).join("　")),
    make("div", { class: "beside" }, make("button", { type: "button", class: "quiet", onclick: async () => {
      if (!(await kiosk.ask("标为已处理以后，这条意见会从本机删除。确定吗？"))) return;
      await forget(kiosk.base, row.id);
      await fill(kiosk, part);
    } }, "已处理")))));
}

function clock(offset) {
  if (offset === undefined) return "还没有和服务器核对过";
  const minutes = Math.round(Math.abs(offset) / 60000);
  if (minutes < 2) return "准确";
  const much = minutes < 120 ? `${minutes} 分钟` : minutes < 2880 ? `${Math.round(minutes / 60)} 小时` : `${Math.round(minutes / 1440)} 天`;
  return `${offset > 0 ? "慢" : "快"}约 ${much}，上传时自动校正，请校准系统时间`;
}

function gaps(missing) {
  if (!missing?.length) return "没有";
  return missing.map(([first, last]) => (first === last ? `第 ${first} 批` : `第 ${first} 至 ${last} 批`)).join("、");
}
