// Reads an article or a text aloud, where the browser can. Loaded by every page with something to read.

const PIECE = 120; // Characters at a time: long texts stop in the middle in some browsers.

function voice() {
  const voices = speechSynthesis.getVoices().filter((one) => one.lang.toLowerCase().startsWith("zh"));
  return voices.find((one) => one.localService) || null;
}

function pieces(text) {
  const out = [];
  for (const sentence of text.match(/[^。！？；\n]+[。！？；\n]*/g) || []) {
    for (let at = 0; at < sentence.length; at += PIECE) {
      out.push(sentence.slice(at, at + PIECE));
    }
  }
  return out;
}

let reading = null;

function stop() {
  speechSynthesis.cancel();
  if (reading) {
    reading.textContent = "朗读";
    reading = null;
  }
}

function start(button, text) {
  stop();
  reading = button;
  button.textContent = "停止朗读";
  const all = pieces(text);
  all.forEach((piece, at) => {
    const words = new SpeechSynthesisUtterance(piece);
    words.lang = "zh-CN";
    words.voice = voice();
    words.rate = 0.9;
    if (at === all.length - 1) {
      words.onend = () => {
        if (reading === button) {
          stop();
        }
      };
    }
    speechSynthesis.speak(words);
  });
}

/** A button that reads out what `text` returns. Null where the browser has no voice of its own. */
export function aloud(text) {
  if (!("speechSynthesis" in window) || !("SpeechSynthesisUtterance" in window)) {
    return null;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet aloud";
  button.textContent = "朗读";
  button.addEventListener("click", () => (reading === button ? stop() : start(button, text())));
  return button;
}

function place() {
  for (const provision of document.querySelectorAll(".provision")) {
    const button = aloud(() => `${provision.querySelector("h3").textContent}。${provision.querySelector(".article").textContent}`);
    if (!button) {
      return;
    }
    let tools = provision.querySelector(".tools");
    if (!tools) {
      tools = document.createElement("p");
      tools.className = "tools";
      provision.append(tools);
    }
    tools.append(button);
  }
  const text = document.querySelector("main > .text");
  if (text && !text.querySelector(".provision")) {
    const button = aloud(() => text.textContent);
    if (button) {
      text.before(button);
    }
  }
}

place();
window.addEventListener("pagehide", () => "speechSynthesis" in window && speechSynthesis.cancel());
