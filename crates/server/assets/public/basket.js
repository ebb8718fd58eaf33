// What somebody has written and not sent yet: kept on this device only, so that a reload, a call or an
// empty battery loses nothing. Names and telephone numbers are not kept.

const PREFIX = "caifeng:";

/** Opinions of one consultation: [{article, text}], article "" for the whole draft. */
export function read(slug) {
  try {
    const kept = JSON.parse(localStorage.getItem(PREFIX + slug) || "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one.text === "string" && one.text.trim() !== "") : [];
  } catch (error) {
    return [];
  }
}

/** Keeps them; false where the browser keeps nothing (private windows, full storage). */
export function write(slug, opinions) {
  const said = opinions.filter((one) => one.text.trim() !== "");
  try {
    if (said.length === 0) {
      localStorage.removeItem(PREFIX + slug);
    } else {
      localStorage.setItem(PREFIX + slug, JSON.stringify(said));
    }
    return true;
  } catch (error) {
    return false;
  }
}

/** What was written about one article. */
export function about(slug, article) {
  const found = read(slug).find((one) => one.article === article);
  return found ? found.text : "";
}

/** Replaces what was written about one article. */
export function put(slug, article, text) {
  const others = read(slug).filter((one) => one.article !== article);
  return write(slug, text.trim() === "" ? others : [...others, { article, text }]);
}

export function clear(slug) {
  return write(slug, []);
}
