// The drafts that can be commented on here, as the server gave them last. The service worker keeps
// them, so that they are there without a network too.

const HEADINGS = ["part", "subpart", "chapter", "section"];
/** So often the drafts are looked at anew. */
const FRESH = 5 * 60000;

/** The place with its consultations, or null where it was never reached. `missing`: no such place. */
export async function load(code) {
  try {
    const response = await fetch(`/api/v1/kiosk/places/${encodeURIComponent(code)}`, { cache: "no-cache" });
    if (response.status === 404) return { missing: true };
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** Keeps `hall.now` up to date. */
export class Hall {
  constructor(code) {
    this.code = code;
    this.now = null;
  }

  async refresh() {
    this.now = (await load(this.code)) ?? this.now;
    return this.now;
  }

  /** From now on; `changed` is called whenever it was looked. */
  start(changed) {
    setInterval(() => this.refresh().then(changed), FRESH);
  }

  /** What can be commented on at this moment; `offset` is how far the server's clock is ahead. */
  open(offset = 0) {
    const today = dayInChina(Date.now() + offset);
    return (this.now?.consultations ?? []).filter((one) => isOpen(one, today));
  }
}

/** The day in China, which is eight hours ahead all year. */
export function dayInChina(at) {
  return new Date(at + 8 * 3600000).toISOString().slice(0, 10);
}

/** By the days that are written down, as it may have opened or closed since it was fetched. */
function isOpen(consultation, today) {
  const { opens, closes, standing } = consultation;
  if (opens === undefined || closes === undefined) return standing === "open";
  return opens <= today && today <= closes;
}

/** Days left, today included; undefined where it has no last day. */
export function daysLeft({ closes }, offset = 0) {
  if (!closes) return undefined;
  const today = Date.parse(dayInChina(Date.now() + offset));
  return Math.round((Date.parse(closes) - today) / 86400000) + 1;
}

/** The draft as chapters of articles: `{title, articles: [{number, label, title, lines}]}`. */
export function chapters({ provisions }) {
  const out = [];
  const articleOf = new Map();
  let above = [];
  provisions.forEach((provision, index) => {
    const depth = HEADINGS.indexOf(provision.level);
    if (depth >= 0) {
      const words = [provision.label, provision.title].filter(Boolean).join("　");
      above = [...above.filter((one) => one.depth < depth), { depth, words }];
      return;
    }
    if (provision.level === "article") {
      const title = above.map((one) => one.words).join("　");
      if (out.length === 0 || out[out.length - 1].title !== title) out.push({ title, articles: [] });
      const { number, label } = provision;
      const article = { number, label, title: provision.title, lines: provision.text ? [provision.text] : [] };
      out[out.length - 1].articles.push(article);
      articleOf.set(index, article);
      return;
    }
    const article = articleOf.get(provision.parent);
    if (!article) return;
    articleOf.set(index, article);
    const label = provision.level === "paragraph" ? "" : provision.label;
    if (provision.text) article.lines.push(label + provision.text);
  });
  return out;
}
