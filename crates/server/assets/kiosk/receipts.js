// The end of a visit: name and consent, then the receipts, on the screen and on paper.

import { add, stateOf } from "./queue.js";
import { picture } from "./qr.js";
import { make, moment, onClick, show } from "./screen.js";

/** So often it is looked whether what was sent has arrived, in milliseconds. */
const LOOK = 700;
/** For so long it may be on its way before the sender is told that it waits here. */
const SOON = 6000;

/** Asks who it is, if they want to say, and for their consent; then keeps it all. */
export function conclude(visit) {
  const { kiosk, said } = visit;
  const part = show("sender");
  kiosk.speaker.prompt("姓名和电话可以不填。请看一下告知，在“我已阅读并同意”前面打勾，再点“提交”。");
  const { consent_text: text, consent_version: version } = said[0].draft;
  part("consent").append(...text.split("\n").map((line) => make("p", {}, line)));
  const fields = ["name", "phone", "identity", "region"];
  for (const field of fields) part(field).value = visit.sender[field] ?? "";
  onClick(part("back"), () => {
    for (const field of fields) visit.sender[field] = part(field).value;
    visit.basket();
  });
  part("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = (words) => {
      part("problem").hidden = false;
      part("problem").textContent = words;
      part("go").disabled = false;
    };
    if (!part("agree").checked) {
      part("agree").focus();
      problem("请先在“我已阅读并同意”前面打勾。");
      return;
    }
    part("go").disabled = true;
    const submitter = {};
    for (const field of fields) {
      const value = part(field).value.trim();
      if (value) submitter[field] = value;
    }
    const at = new Date().toISOString();
    const items = said.map((one) => ({
      consultation: one.draft.slug,
      text: one.text,
      article: one.article?.number,
      question: one.question?.number,
      written_at: at,
      submitter,
      consent: version,
    }));
    try {
      const receipts = await add(kiosk.base, items);
      kiosk.uploader.soon();
      thank(visit, receipts);
    } catch {
      problem("这台终端现在存不下您的意见，请告诉工作人员。您写的内容还在。");
    }
  });
}

/** Shows the receipts. They are good from now on; when they can be looked up depends on the network. */
function thank(visit, receipts) {
  const { kiosk } = visit;
  const part = show("sent");
  document.getElementById("leave").hidden = true;
  const titles = [...new Set(visit.said.map((one) => one.draft.title))].join("、");
  part("slip").textContent = `${kiosk.place.name}　${moment(Date.now())}　${titles}`;
  const labels = visit.said.map((one) => one.label);
  visit.said.length = 0;
  const rows = receipts.map(({ receipt }, at) => {
    const mark = make("span", { class: "small" });
    const address = `${location.origin}/receipt?code=${receipt}`;
    const code = make("span", { class: "code" }, receipt);
    const image = picture(address, `查询 ${receipt} 进展的二维码`);
    part("list").append(make("li", {}, make("div", {}, make("span", { class: "small" }, labels[at]), code, mark), image));
    return { mark, image };
  });
  const began = Date.now();
  let before = "";
  const look = async () => {
    const states = await stateOf(kiosk.base, receipts.map(({ id }) => id));
    states.forEach(({ state, detail }, at) => {
      const { mark, image } = rows[at];
      mark.textContent = state === "refused" ? `没有被接收：${detail}。` : detail;
      if (state === "refused") image?.remove();
    });
    const has = (wanted) => states.some(({ state }) => state === wanted);
    const waits = has("waiting");
    const late = Date.now() - began >= SOON;
    const now = waits ? (late ? "kept" : "sending") : has("refused") ? "refused" : "arrived";
    if (now !== before) tell(kiosk, part, now);
    before = now;
    if (!waits) clearInterval(timer);
  };
  const timer = setInterval(look, LOOK);
  kiosk.atEnd = () => clearInterval(timer);
  look();
  if (typeof print !== "function") part("print").remove();
  else onClick(part("print"), () => print());
  onClick(part("done"), () => kiosk.leave());
}

const WORDS = {
  sending: "已经保存，正在上传…",
  arrived: "已经收到您的意见。",
  refused: "有的意见没有被接收，原因写在下面。请告诉工作人员，由他们代为登记。",
  kept: "您的意见已经加密保存在这台终端里。现在没有网络，恢复以后会自动上传，上传以后就能凭下面的编号查询。",
};

function tell(kiosk, part, state) {
  part("state").textContent = WORDS[state];
  part("state").dataset.state = state;
  if (state === "sending") return;
  kiosk.speaker.prompt(state === "refused" ? WORDS.refused : `${WORDS[state]}请抄下或者拍下受理编号。`);
}
