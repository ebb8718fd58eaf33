// One person's visit: choose a draft, read it, say something about an article or the whole, look over
// what was said. All of it is in memory only, and gone when the visit ends.

import { chapters, daysLeft } from "./drafts.js";
import { conclude } from "./receipts.js";
import { make, onClick, show } from "./screen.js";
import { offerDictation } from "./speech.js";

const LONGEST = 50000;

export class Visit {
  constructor(kiosk) {
    this.kiosk = kiosk;
    this.said = [];
    this.sender = {};
  }

  async begin() {
    const open = await this.kiosk.open();
    if (open.length === 1) this.read(open[0]);
    else this.choose(open);
  }

  choose(open) {
    const part = show("choose");
    this.kiosk.speaker.prompt("您想谈哪一部草案？请点一下它的名字。");
    for (const draft of open) {
      const words = make("span", { class: "small" }, this.window(draft));
      part("list").append(make("button", { type: "button", class: "card", onclick: () => this.read(draft) }, draft.title, words));
    }
    onClick(part("back"), () => this.end());
  }

  /** Back to the first screen. */
  async end() {
    if (this.said.length === 0 || (await this.kiosk.askToEnd())) this.kiosk.leave();
  }

  window(draft) {
    const days = daysLeft(draft, this.kiosk.offset);
    if (days === undefined) return "正在征求意见";
    return days > 1 ? `正在征求意见，还有 ${days} 天` : "今天是最后一天";
  }

  /** Opens a draft. What was said about another one stays. */
  read(draft) {
    this.draft = draft;
    this.chapters = chapters(draft);
    this.contents();
  }

  async contents() {
    const open = await this.kiosk.open();
    const part = show("contents");
    this.kiosk.speaker.prompt(`${this.draft.title}。请点一章看条文，或者对整部草案说几句。`);
    part("title").textContent = this.draft.title;
    part("window").textContent = this.window(this.draft);
    onClick(part("whole"), () => this.write({ label: "整部草案" }, () => this.contents()));
    const { questions = [] } = this.draft;
    if (questions.length === 0) part("questions").remove();
    questions.forEach((question, at) => {
      const about = { question, label: questions.length > 1 ? `问题${at + 1}` : "重点问题" };
      part("asked").append(make("button", { type: "button", class: "card", onclick: () => this.write(about, () => this.contents()) }, question.text));
    });
    if (this.chapters.length === 0) part("hint").textContent = "草案全文暂时无法显示，您仍然可以提意见。";
    this.chapters.forEach(({ title, articles }, at) => {
      const ends = [articles[0], articles[articles.length - 1]].map((article) => article.label);
      const range = make("span", { class: "small" }, ends[0] === ends[1] ? ends[0] : `${ends[0]}至${ends[1]}`);
      part("list").append(make("button", { type: "button", class: "card", onclick: () => this.chapter(at) }, title || "条文", range));
    });
    this.offerBasket(part);
    part("back").textContent = open.length > 1 ? "换一部草案" : "返回";
    onClick(part("back"), () => (open.length > 1 ? this.choose(open) : this.end()));
  }

  chapter(at, number) {
    const { title, articles } = this.chapters[at];
    const part = show("chapter");
    this.kiosk.speaker.prompt("请看条文。想说哪一条，就点那一条下面的按钮。");
    part("title").textContent = title || this.draft.title;
    for (const article of articles) {
      const buttons = make("div", { class: "beside" },
        make("button", { type: "button", class: "main", onclick: () => this.write({ article, label: article.label }, () => this.chapter(at, article.number)) }, `对${article.label}说几句`));
      if (this.kiosk.speaker.possible) {
        buttons.append(make("button", { type: "button", class: "quiet", onclick: () => this.kiosk.speaker.read(spoken(article)) }, "读给我听"));
      }
      part("list").append(make("section", { class: "article", "data-number": article.number }, ...words(article), buttons));
    }
    onClick(part("back"), () => this.contents());
    for (const [name, to] of [["before", at - 1], ["after", at + 1]]) {
      if (this.chapters[to]) onClick(part(name), () => this.chapter(to));
      else part(name).remove();
    }
    this.offerBasket(part);
    if (number) part("list").querySelector(`[data-number="${number}"]`)?.scrollIntoView();
  }

  /**
   * Says something about an article or about the whole, or answers a key question, as `about` has it
   * under the name `label`; or changes what was `said` before.
   */
  write(about, back, said) {
    const { article, question, label } = about;
    const part = show("write");
    part("title").textContent = question ? question.text : `对${label}说几句`;
    this.kiosk.speaker.prompt("请把您的意见写在框里，写好以后点“写好了”。");
    if (article) part("words").append(...words(article));
    else part("words").remove();
    const field = part("text");
    field.value = said?.text ?? "";
    const stop = offerDictation(part("listen"), field, this.kiosk.speaker);
    onClick(part("back"), async () => {
      const lost = field.value.trim() && field.value !== (said?.text ?? "");
      if (lost && !(await this.kiosk.ask("写好的这些话还没有加进去，要放弃吗？"))) return;
      stop();
      back();
    });
    part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = field.value.trim();
      if (!text || [...text].length > LONGEST) {
        part("problem").hidden = false;
        part("problem").textContent = text ? "写得太长了，请分成几条。" : "还没有写内容。请点一下框，再写。";
        field.focus();
        return;
      }
      stop();
      if (said) said.text = text;
      else this.said.push({ ...about, draft: this.draft, text });
      this.basket();
    });
  }

  basket() {
    if (this.said.length === 0) return this.contents();
    const part = show("basket");
    const count = this.said.length;
    part("title").textContent = count > 1 ? `您说了 ${count} 条` : "您说了一条";
    this.kiosk.speaker.prompt("您可以再说一条，也可以点“下一步”去提交。");
    for (const one of this.said) {
      const remove = async () => {
        if (!(await this.kiosk.ask("要删去这一条吗？"))) return;
        this.said.splice(this.said.indexOf(one), 1);
        this.basket();
      };
      part("list").append(make("li", {},
        make("p", { class: "small" }, `${one.draft.title}　${one.label}`),
        make("p", { class: "words" }, one.text),
        make("div", { class: "beside" },
          make("button", { type: "button", class: "quiet", onclick: () => this.write(one, () => this.basket(), one) }, "修改"),
          make("button", { type: "button", class: "quiet", onclick: remove }, "删去"))));
    }
    onClick(part("more"), () => this.contents());
    onClick(part("next"), () => conclude(this));
    return undefined;
  }

  offerBasket(part) {
    const count = this.said.length;
    part("basket").hidden = count === 0;
    part("basket").textContent = `提交我的 ${count} 条意见`;
    onClick(part("basket"), () => this.basket());
  }
}

function words({ label, title, lines }) {
  const head = make("strong", {}, title ? `${label}（${title}）` : label);
  return lines.map((line, at) => make("p", {}, at === 0 ? head : undefined, at === 0 ? `　${line}` : line));
}

function spoken({ label, lines }) {
  return `${label}。${lines.join("\n")}`;
}
