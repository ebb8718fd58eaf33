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
