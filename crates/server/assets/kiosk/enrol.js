// Making a device one of ours: staff type the one-time code, and choose a code of their own for the
// device's staff page. The key that the server gives cannot be read out again.

import { enrolled } from "./upload.js";
import { setting } from "./base.js";
import { waiting } from "./queue.js";
import { hashCode, newSealingKey, signingKey } from "./seal.js";
import { onClick, show } from "./screen.js";

const SHORTEST = 6;

/** Shows the form. `done` is called with the device; `back`, if there is a way back. */
export function enrol(base, { done, back }) {
  const part = show("enrol");
  const tell = (words) => {
    part("problem").hidden = !words;
    part("problem").textContent = words;
    part("go").disabled = false;
  };
  waiting(base).then(({ count }) => {
    part("waiting").hidden = count === 0;
    part("waiting").textContent = `本机还有 ${count} 条意见没有上传，注册以后会记在新注册的地点。设备要换地点的，请先让它联网上传完。`;
  });
  part("back").hidden = !back;
  if (back) onClick(part("back"), back);
  part("code").focus();
  part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [code, pin, again] = ["code", "pin", "again"].map((name) => part(name).value.trim());
    if (!code) return tell("请填写注册码。");
    if (pin.length < SHORTEST) return tell(`管理口令至少 ${SHORTEST} 位。`);
    if (pin !== again) return tell("两次输入的管理口令不一样。");
    part("go").disabled = true;
    try {
      const device = await exchange(code);
      const sealingKey = (await setting(base, "sealingKey")) ?? (await newSealingKey());
      await enrolled(base, { device, sealingKey, pin: await hashCode(pin), wrong: undefined });
      // The browser is asked not to throw away what waits when the disk is full.
      await navigator.storage?.persist?.();
      return done(device);
    } catch (error) {
      return tell(error.message);
    }
  });
}

async function exchange(code) {
  const how = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ code }) };
  const response = await fetch("/api/v1/kiosk/enrolments", how).catch(() => null);
  if (!response) throw new Error("连不上服务器，请检查网络后再试。");
  const said = await response.json().catch(() => null);
  if (response.status !== 201 || !said?.key) throw new Error(said?.error?.detail ?? "服务器没有给出应答，请稍后再试。");
  return { name: said.device, key: await signingKey(said.key), place: said.place };
}

/** The address is another place's. */
export function elsewhere(base, device, name, again) {
  const part = show("elsewhere");
  part("words").textContent = `这台设备登记在“${device.place.name}”，现在打开的是${name ? `“${name}”` : "另一处"}的页面。为了不把意见记到别处，请打开登记地点的页面；设备确实搬了家的，请在管理页面为新地点添加设备，再重新注册。`;
  part("link").href = `/kiosk/${device.place.code}`;
  onClick(part("enrol"), again);
}
