// What was sent need not be kept on the device any more; and a slip can be printed.
import * as basket from "/assets/public/basket.js";

const sent = document.querySelector("[data-sent]");
if (sent) {
  basket.clear(sent.dataset.sent);
}
const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
