// The work of a challenge: a number with which the SHA-256 of "TOKEN:NUMBER" begins with so many zero
// bits. Without scripts, or where the browser cannot, the sum on the page is asked for instead.
"use strict";

const AT_ONCE = 256;

function zeroBits(hash) {
  let bits = 0;
  for (const byte of hash) {
    if (byte !== 0) {
      return bits + Math.clz32(byte) - 24;
    }
    bits += 8;
  }
  return bits;
}

async function findWork(token, wanted) {
  const encoder = new TextEncoder();
  for (let first = 0; ; first += AT_ONCE) {
    const numbers = Array.from({ length: AT_ONCE }, (_, i) => first + i);
    const hashes = await Promise.all(
      numbers.map((n) => crypto.subtle.digest("SHA-256", encoder.encode(token + ":" + n))),
    );
    const found = hashes.findIndex((hash) => zeroBits(new Uint8Array(hash)) >= wanted);
    if (found >= 0) {
      return numbers[found];
    }
  }
}

async function answer() {
  const form = document.getElementById("check");
  if (!form || !window.crypto || !crypto.subtle) {
    return;
  }
  document.getElementById("working").hidden = false;
  const work = await findWork(form.elements.challenge.value, Number(form.dataset.bits));
  // Whoever has begun to answer by hand is not interrupted.
  if (form.elements.sum.value === "") {
    form.elements.work.value = work;
    form.submit();
  }
}

answer();
