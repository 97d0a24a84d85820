// Shows the page of help without a network, if this phone keeps it (near.js). What the network
// answers within some seconds comes first, so that a number is never older than it need be.
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request) {
  const kept = await caches.match(request, { cacheName: "near", ignoreVary: true }).catch(() => undefined);
  const anew = fetch(request);
  if (!kept) return anew;
  const later = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept));
  return Promise.race([anew.then((fresh) => (fresh.ok ? fresh : kept)).catch(() => kept), later]);
}

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== location.origin) return;
  if (["/h", "/h/w"].includes(pathname) || pathname.startsWith("/static/")) event.respondWith(answer(event.request));
});
