// Keeps the page of a kiosk: the files of one version together, and the drafts as they were last.
// In front of this text the server writes VERSION and FILES.

const place = new URL(location).searchParams.get("place");
const page = `/kiosk/${place}`;
const drafts = `/api/v1/kiosk/places/${place}`;
const FILES_OF = `caifeng-kiosk ${place} `;
const DRAFTS = "caifeng-kiosk-drafts";
/** Milliseconds after which the drafts of last time are good enough. */
const PATIENCE = 8000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const files = await caches.open(FILES_OF + VERSION);
    await files.addAll([page, `${page}/manifest.webmanifest`, ...FILES].map((address) => new Request(address, { cache: "no-cache" })));
    await fresh(drafts).catch(() => undefined);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(FILES_OF) && name !== FILES_OF + VERSION) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (pathname === drafts) event.respondWith(newest(event.request));
  else if (pathname === page || pathname === `${page}/manifest.webmanifest` || FILES.includes(pathname)) {
    event.respondWith(kept(pathname));
  }
});

/** A file of this version. */
async function kept(pathname) {
  const files = await caches.open(FILES_OF + VERSION);
  return (await files.match(pathname)) ?? fetch(pathname);
}

/** Fetches the drafts and keeps them. */
async function fresh(request) {
  const response = await fetch(request, { cache: "no-cache" });
  if (response.ok) await (await caches.open(DRAFTS)).put(drafts, response.clone());
  return response;
}

/** The drafts of now, or where the network is slow or gone those of last time. */
async function newest(request) {
  const before = await (await caches.open(DRAFTS)).match(drafts);
  if (!before) return fresh(request);
  const late = new Promise((done) => { setTimeout(() => done(before), PATIENCE); });
  return Promise.race([fresh(request).then((now) => (now.status >= 500 ? before : now), () => before), late]);
}
