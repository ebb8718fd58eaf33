// The reviewer's desk by keyboard: what a form would do, done in place. Without this file every form
// works as it stands.
"use strict";
(() => {
  const cards = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement?.closest?.("[data-item]");
  let marked = null;

  function say(words) {
    const said = document.getElementById("said");
    said.textContent = words;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { said.textContent = ""; }, 6000);
  }

  function step(by) {
    const all = cards();
    if (all.length === 0) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  // Shows the page as it is now, with the same card at hand and what was open still open.
  async function renew() {
    const at = cards().indexOf(current());
    const key = current()?.dataset.item;
    const open = [...document.querySelectorAll("details[open][id]")].map((d) => d.id);
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("main");
    if (!fresh) return;
    document.querySelector("main").replaceWith(fresh);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    const all = cards();
    const same = all.find((card) => card.dataset.item === key);
    (same ?? all[Math.min(at, all.length - 1)])?.focus({ preventScroll: true });
    mark(marked);
  }

  async function decide(fields) {
    const action = document.body.dataset.decide;
    const body = new URLSearchParams(fields);
    let answer, told;
    try {
      answer = await fetch(action, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" });
      told = await answer.json();
    } catch {
      say("没有成功，请检查网络后再试");
      return false;
    }
    if (!answer.ok) {
      say(told.error?.detail ?? "没有成功，请再试一次");
      return false;
    }
    await renew();
    say(`已${told.what}。按 u 撤销`);
    return true;
  }

  function mark(point) {
    marked = point;
    for (const card of cards()) card.classList.toggle("marked", card.dataset.item === point);
  }

  async function merge() {
    const here = current()?.dataset.item;
    if (!here) return;
    if (!marked) {
      mark(here);
      say("已标记。移到另一个观点上再按 m，把标记的并入它；按 Esc 取消");
    } else if (marked === here) {
      mark(null);
    } else {
      const point = marked;
      mark(null);
      await decide([["do", "merge"], ["point", point], ["into", here]]);
    }
  }

  // The words marked in the text of a submission: from which of its characters to before which.
  function markedWords() {
    const text = document.getElementById("original");
    const selection = getSelection();
    if (!text || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const signs = (piece, offset) => [...piece.firstChild.data.slice(0, offset)].length;
    let from = Infinity, to = 0;
    for (const piece of text.querySelectorAll("[data-at]")) {
      if (!piece.firstChild || !range.intersectsNode(piece)) continue;
      const ends = range.endContainer === piece.firstChild ? range.endOffset : piece.firstChild.length;
      const begins = range.startContainer === piece.firstChild ? range.startOffset : 0;
      if (begins >= ends) continue;
      // What stands for personal data is taken as a whole.
      const at = Number(piece.dataset.at);
      const masked = piece.dataset.masked !== undefined;
      from = Math.min(from, masked ? at : at + signs(piece, begins));
      to = Math.max(to, masked ? Number(piece.dataset.to) : at + signs(piece, ends));
    }
    return from < to ? { from, to, first: range.startContainer } : null;
  }

  // Which unit is meant: that in which the marked words begin.
  function meant(node) {
    const piece = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("mark");
    for (let next = piece; next; next = next.nextElementSibling) if (next.tagName === "SUP") return Number(next.textContent) - 1;
    return null;
  }

  document.addEventListener("selectionchange", () => {
    const form = document.getElementById("bounds");
    const words = form && markedWords();
    if (!words) return;
    form.elements.from.value = words.from;
    form.elements.to.value = words.to;
    form.elements.begin.value = form.elements.end.value = "";
    const unit = meant(words.first);
    if (unit !== null) form.elements.unit.selectedIndex = unit;
    document.getElementById("marked").textContent = `已选中第 ${words.from + 1} 至 ${words.to} 字，共 ${words.to - words.from} 字。`;
  });

  // Marks words by keyboard: one sign at a time, with Ctrl one word, with Shift as many as are wished.
  const ways = { ArrowLeft: ["backward", "character"], ArrowRight: ["forward", "character"], ArrowUp: ["backward", "line"], ArrowDown: ["forward", "line"] };
  function walk(event) {
    const [way, by] = ways[event.key];
    const step = event.ctrlKey && by === "character" ? "word" : by;
    const selection = getSelection();
    const within = event.target.contains(selection.anchorNode);
    if (!within) selection.collapse(event.target.querySelector("[data-at]")?.firstChild ?? event.target, 0);
    if (event.shiftKey) {
      selection.modify("extend", way, step);
    } else {
      if (within) {
        selection.collapseToStart();
        selection.modify("move", way, step);
      }
      selection.modify("extend", "forward", "character");
    }
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => current()?.querySelector("a[data-open]")?.click(),
    Enter: () => current()?.querySelector("a[data-open]")?.click(),
    a: () => current()?.dataset.confirm && decide([["do", "confirm"], ["point", current().dataset.item]]),
    m: merge,
    s: () => current()?.querySelector("a[data-split]")?.click(),
    v: () => {
      const move = current()?.querySelector("[data-move]");
      if (move) { move.closest("details")?.setAttribute("open", ""); move.focus(); }
    },
    u: () => decide([["do", "undo"]]),
    n: () => document.querySelector("a[data-after]")?.click(),
    p: () => document.querySelector("a[data-before]")?.click(),
    "?": () => document.getElementById("keys")?.showModal?.(),
    Escape: () => mark(null),
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.id === "original" && ways[event.key] && !event.altKey && !event.metaKey) {
      event.preventDefault();
      walk(event);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (typing && event.key === "Escape") { event.target.blur(); return; }
    if (typing || document.querySelector("dialog[open]")) return;
    // A link or button at hand does what Enter does to it.
    if (event.key === "Enter" && event.target.dataset.item === undefined) return;
    const act = keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });

  // Forms that decide do it in place, unless they lead to another page.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.inplace === undefined) return;
    event.preventDefault();
    decide([...new FormData(form, event.submitter)].filter(([name]) => name !== "back"));
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-keys]")) document.getElementById("keys")?.showModal?.();
  });
})();
