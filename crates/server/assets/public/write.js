// The form: what was written while reading is put in, everything typed is kept on this device until it
// is sent, and personal data is pointed out. Without scripts it is a plain form.
import * as basket from "/assets/public/basket.js";
import { watch } from "/assets/public/personal.js";

const form = document.getElementById("rows");
const slug = form ? form.dataset.slug : "";

const rows = () => [...form.querySelectorAll("fieldset.row")];
const parts = (row) => ({ article: row.querySelector("select"), text: row.querySelector("textarea") });

function keep() {
  basket.write(slug, rows().map((row) => ({ article: parts(row).article.value, text: parts(row).text.value })));
}

/** Another row like the last one, empty. */
function add(article, text) {
  const last = rows().pop();
  const row = last.cloneNode(true);
  const number = rows().length + 1;
  row.querySelector("legend").textContent = `意见${number}`;
  for (const [name, field] of Object.entries(parts(row))) {
    field.id = `${name}${number}`;
  }
  const labels = row.querySelectorAll("label");
  labels[0].htmlFor = `article${number}`;
  labels[1].htmlFor = `text${number}`;
  for (const extra of row.querySelectorAll(".hint, .remove")) {
    extra.remove();
  }
  last.after(row);
  set(row, article, text);
  ready(row);
  return row;
}

function set(row, article, text) {
  const fields = parts(row);
  fields.article.value = article;
  fields.text.value = text;
}

function ready(row) {
  const { text } = parts(row);
  watch(text);
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet remove";
  remove.textContent = "删去这一条";
  remove.addEventListener("click", () => {
    if (rows().length === 1) {
      set(row, "", "");
    } else {
      row.remove();
    }
    keep();
  });
  row.append(remove);
}

function pour() {
  const kept = basket.read(slug);
  const filled = rows().some((row) => parts(row).text.value.trim() !== "");
  // What came back from the server with a message is what was sent: it counts.
  if (filled) {
    return;
  }
  const wanted = parts(rows()[0]).article.value;
  const all = [...kept];
  if (wanted !== "" && !all.some((one) => one.article === wanted)) {
    all.push({ article: wanted, text: "" });
  }
  all.forEach((one, at) => (at === 0 ? set(rows()[0], one.article, one.text) : add(one.article, one.text)));
}

if (slug) {
  rows().forEach(ready);
  pour();
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
  const more = form.querySelector("button[name=more]");
  more.addEventListener("click", (event) => {
    event.preventDefault();
    parts(add("", "")).text.focus();
  });
  for (const answer of form.querySelectorAll("fieldset:not(.row) textarea")) {
    watch(answer);
  }
}
