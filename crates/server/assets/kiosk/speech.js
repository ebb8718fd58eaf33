// Reading aloud and taking dictation, where the machine can do so by itself. Voices and recognisers that
// would send words over a network are not used.

const LANGUAGE = "zh-CN";

function localVoice() {
  const voices = globalThis.speechSynthesis?.getVoices() ?? [];
  return voices.find((voice) => voice.localService && /^(zh|cmn)/i.test(voice.lang));
}

/** Says things, where there is a voice and it is switched on. */
export class Speaker {
  constructor({ on, changed }) {
    Object.assign(this, { on, changed });
    globalThis.speechSynthesis?.addEventListener?.("voiceschanged", changed);
  }

  get possible() {
    return Boolean(localVoice());
  }

  /** Whether it is speaking now. */
  get busy() {
    return Boolean(globalThis.speechSynthesis?.speaking);
  }

  switch(on) {
    this.on = on;
    if (!on) this.hush();
    this.changed();
  }

  hush() {
    globalThis.speechSynthesis?.cancel();
  }

  /** A prompt: only where they are wanted. */
  prompt(text) {
    this.hush();
    if (this.on) this.read(text);
  }

  /** What somebody asked to hear. */
  read(text) {
    const voice = localVoice();
    if (!voice) return;
    this.hush();
    // Long texts are cut off by some voices: a sentence at a time.
    for (const sentence of text.match(/[^。；！？\n]+[。；！？]?/g) ?? []) {
      const words = new SpeechSynthesisUtterance(sentence);
      Object.assign(words, { voice, lang: LANGUAGE, rate: 0.9 });
      speechSynthesis.speak(words);
    }
  }
}

/** Whether this machine understands spoken Chinese without asking another one. */
async function canListen() {
  const Recognition = globalThis.SpeechRecognition;
  if (!Recognition?.available) return false;
  try {
    return (await Recognition.available({ langs: [LANGUAGE], processLocally: true })) === "available";
  } catch {
    return false;
  }
}

/** Writes what is said behind what is in `field`, until the function that it returns is called. */
function listen(field, ended) {
  const recognition = new globalThis.SpeechRecognition();
  Object.assign(recognition, { lang: LANGUAGE, continuous: true, interimResults: false, processLocally: true });
  recognition.addEventListener("result", (event) => {
    for (let i = event.resultIndex; i < event.results.length; i += 1) {
      if (event.results[i].isFinal) field.value += event.results[i][0].transcript;
    }
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  recognition.addEventListener("end", ended);
  recognition.addEventListener("error", ended);
  recognition.start();
  return () => recognition.stop();
}

/** Lets whoever cannot type speak, where the machine understands. Returns what ends it. */
export function offerDictation(button, field, speaker) {
  let stop = null;
  const label = (on) => {
    button.textContent = on ? "说完了" : "我用嘴说";
    button.setAttribute("aria-pressed", String(on));
  };
  const end = () => {
    const running = stop;
    stop = null;
    running?.();
    label(false);
  };
  label(false);
  canListen().then((can) => { button.hidden = !can; });
  button.addEventListener("click", () => {
    if (stop) return end();
    speaker.hush();
    stop = listen(field, end);
    return label(true);
  });
  return end;
}
