// Keeps the pad's own files, so that it works without a network. Nothing that anybody typed, and
// nothing of any register, is ever kept here.
const CACHE = "pad-{{ version }}";
const FILES = new Set({{ files|tojson }});

self.addEventListener("install", (event) => {
  const fresh = [...FILES].map((file) => new Request(file, { cache: "reload", credentials: "omit" }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
});

self.addEventListener("activate", (event) => {
  const old = caches
    .keys()
    .then((names) => names.filter((name) => name.startsWith("pad-") && name !== CACHE))
    .then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(old.then(() => self.clients.claim()));
});

// The key of a register that was just taken, for the page that opens it: once, within a minute, and in
// memory only.
let taken = null;
self.addEventListener("message", (event) => {
  if (event.data) taken = { ...event.data, at: Date.now() };
  else {
    event.ports[0].postMessage(taken && Date.now() - taken.at < 60000 ? taken : null);
    taken = null;
  }
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin || !FILES.has(pathname)) return;
  event.respondWith(
    caches
      .open(CACHE)
      .then((cache) => cache.match(pathname, { ignoreVary: true }))
      .then((kept) => kept || fetch(event.request)),
  );
});
