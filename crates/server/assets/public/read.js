// The page of a draft: what one has to say is written under the article, kept on this device, and sent
// together later. Without scripts the same links lead to the form.
import "/assets/public/aloud.js";
import * as basket from "/assets/public/basket.js";
import { watch } from "/assets/public/personal.js";

const text = document.querySelector(".text[data-slug]");
const slug = text ? text.dataset.slug : "";
const more = text ? text.dataset.more : "";
const LONGEST_QUOTE = 120;

/** A bar at the foot of the window: how much is written, and where to send it. */
function bar() {
  const count = basket.read(slug).length;
  let foot = document.getElementById("basket");
  if (!foot) {
    foot = document.createElement("p");
    foot.id = "basket";
    foot.setAttribute("role", "status");
    document.body.append(foot);
  }
  foot.hidden = count === 0;
  document.body.classList.toggle("has-basket", count > 0);
  foot.textContent = `已写 ${count} 条，还没有提交。`;
  const link = document.createElement("a");
  link.className = "button";
  link.href = `/c/${slug}/say${more.replace("&", "?")}`;
  link.textContent = "检查并提交";
  foot.append(link);
}

/** What other laws and others say, beside what one writes: asked for by the article alone. */
async function beside(article, into) {
  try {
    const answer = await fetch(`/c/${slug}/a/${article}`);
    if (!answer.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("beside");
    if (found && found.children.length > 0) {
      into.append(...found.children);
    }
  } catch (error) {
    // Without a network the article alone must do.
  }
}

/** The place to write under an article, opened. */
function panel(link) {
  const article = link.dataset.say;
  const provision = link.closest(".provision") || link.closest("p");
  const known = provision.querySelector(".panel") || (provision.nextElementSibling && provision.nextElementSibling.matches(".panel") ? provision.nextElementSibling : null);
  if (known) {
    known.hidden = false;
    known.querySelector("textarea").focus();
    return known;
  }
  const box = document.createElement("div");
  box.className = "panel";
  const label = document.createElement("label");
  const field = document.createElement("textarea");
  field.id = `panel-${article || "whole"}`;
  field.rows = 4;
  field.maxLength = 50000;
  field.value = basket.about(slug, article);
  label.htmlFor = field.id;
  label.textContent = article ? "您对本条的意见" : "您对整部草案的意见";
  const note = document.createElement("p");
  note.className = "note";
  note.textContent = "写的时候自动记在这台设备上，不会发出去。";
  const done = document.createElement("button");
  done.type = "button";
  done.className = "quiet";
  done.textContent = "写好了，收起";
  done.addEventListener("click", () => {
    box.hidden = true;
    link.focus();
  });
  field.addEventListener("input", () => {
    if (!basket.put(slug, article, field.value)) {
      note.textContent = "这个浏览器不能保存内容，请在新窗口打开这个链接，直接填写提交。";
    }
    bar();
  });
  box.append(label, field, note, done);
  if (link.closest(".provision")) {
    provision.append(box);
  } else {
    provision.after(box);
  }
  watch(field);
  if (article) {
    beside(article, box);
  }
  field.focus();
  return box;
}

function open(event) {
  // With a modifier the link opens the form in another window, as links do.
  if (event.ctrlKey || event.metaKey || event.shiftKey) {
    return;
  }
  event.preventDefault();
  panel(event.currentTarget);
}

/** The words selected within one article; null when there are none. */
function selected() {
  const selection = getSelection();
  const words = selection ? selection.toString().trim().replace(/\s+/g, "") : "";
  if (words.length < 2 || words.length > LONGEST_QUOTE) {
    return null;
  }
  const within = (node) => (node && (node.nodeType === 1 ? node : node.parentElement).closest(".provision")) || null;
  const provision = within(selection.anchorNode);
  return provision && provision === within(selection.focusNode) ? { words, provision } : null;
}

/** A button that offers to speak of the words selected. */
function quoting() {
  const button = document.createElement("button");
  button.type = "button";
  button.id = "quote";
  button.hidden = true;
  button.textContent = "对选中的这句话提意见";
  document.body.append(button);
  let quoted = null;
  document.addEventListener("selectionchange", () => {
    quoted = selected() || (button.matches(":hover, :focus") ? quoted : null);
    button.hidden = !quoted;
  });
  button.addEventListener("click", () => {
    const { words, provision } = quoted;
    const field = panel(provision.querySelector("[data-say]")).querySelector("textarea");
    const before = field.value.trim() === "" ? "" : `${field.value.trimEnd()}\n`;
    field.value = `${before}“${words}”：`;
    field.dispatchEvent(new Event("input"));
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    getSelection().removeAllRanges();
    button.hidden = true;
    quoted = null;
  });
}

if (slug) {
  // Beside the text there is room for the contents.
  const contents = document.querySelector(".contents");
  if (contents && matchMedia("(min-width: 75rem)").matches) {
    contents.open = true;
  }
  for (const link of document.querySelectorAll("[data-say]")) {
    link.addEventListener("click", open);
    if (link.dataset.say && basket.about(slug, link.dataset.say)) {
      link.textContent = link.textContent.replace("对", "接着写对").replace("提意见", "的意见");
    }
  }
  quoting();
  bar();
  // Coming back from the form.
  window.addEventListener("pageshow", bar);
}
