// Codes that the device makes by itself: ULIDs, by which the server knows an item again, and receipts
// in the server's own form (crates/store/src/receipt.rs), so that somebody without a network goes home
// with the code that will find their words.

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RECEIPT = "23456789ACEFHJKMNQRTWXY";

/** Whole numbers below `below`, each as likely as any other. */
function randomNumbers(below, count) {
  const fair = 256 - (256 % below);
  const out = [];
  while (out.length < count) {
    for (const byte of crypto.getRandomValues(new Uint8Array(32))) {
      if (byte < fair && out.length < count) out.push(byte % below);
    }
  }
  return out;
}

/** 48 bits of milliseconds since 1970, then 80 random bits, in 26 characters. */
export function ulid(now = Date.now()) {
  let time = "";
  for (let rest = Math.max(0, Math.floor(now)), i = 0; i < 10; i += 1) {
    time = CROCKFORD[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  return time + randomNumbers(32, 16).map((digit) => CROCKFORD[digit]).join("");
}

/** `XXXX-XXXX-XXXX`: eleven random characters and one that shows a slip of the pen. */
export function receipt() {
  const digits = randomNumbers(RECEIPT.length, 11);
  const sum = digits.reduce((total, digit, at) => total + (at + 1) * digit, 0);
  const text = [...digits, sum % RECEIPT.length].map((digit) => RECEIPT[digit]).join("");
  return text.match(/.{4}/g).join("-");
}
