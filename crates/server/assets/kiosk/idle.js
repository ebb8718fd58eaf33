// Nobody there? After a while without a touch, a key or a voice the page asks; and where nobody answers,
// it is wiped. Whoever reads, types or listens is never hurried.

const SIGNS = ["pointerdown", "pointermove", "keydown", "input", "wheel", "scroll", "touchmove", "compositionupdate"];
/** Seconds for an answer. */
const GRACE = 30;

export class Idle {
  /** `quiet`: seconds before it asks. `busy()`: whether something is going on without hands. */
  constructor({ dialog, quiet, busy, ask, wipe }) {
    Object.assign(this, { dialog, quiet, busy, ask, wipe, watching: false, last: 0 });
    for (const sign of SIGNS) {
      addEventListener(sign, () => this.touched(), { capture: true, passive: true });
    }
    dialog.querySelector("[data-stay]").addEventListener("click", () => this.stay());
    dialog.querySelector("[data-leave]").addEventListener("click", () => { this.stop(); wipe(); });
    // Escape means that somebody is there.
    dialog.addEventListener("cancel", () => this.stay());
    setInterval(() => this.look(), 1000);
  }

  start() {
    this.watching = true;
    this.last = performance.now();
  }

  stop() {
    this.watching = false;
    if (this.dialog.open) this.dialog.close();
  }

  touched() {
    // Once asked, only an answer counts: a sleeve on the glass is nobody.
    if (!this.dialog.open) this.last = performance.now();
  }

  stay() {
    if (this.dialog.open) this.dialog.close();
    this.last = performance.now();
  }

  look() {
    if (!this.watching) return;
    if (this.busy()) this.touched();
    const left = this.quiet + GRACE - (performance.now() - this.last) / 1000;
    if (left <= 0) {
      this.stop();
      this.wipe();
    } else if (left <= GRACE) {
      if (!this.dialog.open) {
        this.dialog.showModal();
        this.ask();
      }
      this.dialog.querySelector("[data-left]").textContent = String(Math.ceil(left));
    }
  }
}
