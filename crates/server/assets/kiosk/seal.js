// What is secret on the device. The key that signs and the key that seals are made or taken in as
// keys that no script can read out again; the staff code is kept as a slow hash.

const utf8 = new TextEncoder();
const ROUNDS = 200000;

const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The key that seals what waits. */
export function newSealingKey() {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The key that the server gave, 64 hexadecimal digits. */
export function signingKey(text) {
  const bytes = new Uint8Array(text.match(/../g).map((pair) => parseInt(pair, 16)));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** Seals a value; `id` says whose it is, and nothing sealed for one opens as another's. */
export async function seal(key, id, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv, additionalData: utf8.encode(id) };
  return { iv, data: await crypto.subtle.encrypt(how, key, utf8.encode(JSON.stringify(value))) };
}

export async function unseal(key, id, { iv, data }) {
  const how = { name: "AES-GCM", iv, additionalData: utf8.encode(id) };
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, key, data)));
}

/** Signs a batch as crates/channel/src/kiosk/batch.rs reads it: each part with its length in front. */
export async function sign(key, batch) {
  const parts = [];
  const put = (text) => {
    const bytes = utf8.encode(text);
    const length = new DataView(new ArrayBuffer(8));
    length.setUint32(4, bytes.length);
    parts.push(new Uint8Array(length.buffer), bytes);
  };
  const putOptional = (text) => {
    parts.push(new Uint8Array([text === undefined ? 0 : 1]));
    put(text ?? "");
  };
  const instant = (text) => put(String(Date.parse(text)));
  const questions = batch.items.some((item) => item.question !== undefined);
  const receipts = questions || batch.items.some((item) => item.receipt !== undefined);
  const consents = receipts || batch.items.some((item) => item.consent !== undefined);
  put(`caifeng kiosk batch ${questions ? 4 : receipts ? 3 : consents ? 2 : 1}`);
  put(batch.device);
  put(batch.id);
  put(String(batch.sequence));
  instant(batch.device_time);
  put(String(batch.items.length));
  for (const item of batch.items) {
    put(item.id);
    put(item.consultation);
    put(item.text);
    putOptional(item.article);
    instant(item.written_at);
    for (const field of ["name", "phone", "identity", "region"]) putOptional(item.submitter[field]);
    if (consents) putOptional(item.consent);
    if (receipts) putOptional(item.receipt);
    if (questions) putOptional(item.question?.toString());
  }
  return hex(await crypto.subtle.sign("HMAC", key, await new Blob(parts).arrayBuffer()));
}

/** The staff code, to be compared with later. */
export async function hashCode(code, salt = crypto.getRandomValues(new Uint8Array(16))) {
  const key = await crypto.subtle.importKey("raw", utf8.encode(code), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
  return { salt, hash: hex(await crypto.subtle.deriveBits(how, key, 256)) };
}
