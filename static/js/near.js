// Keeps the page of help on this phone, as it is now, so that it opens without a network. Leaving at
// once takes it off again (exit.js).
const page = document.querySelector("[data-kept]");

async function keep() {
  const files = JSON.parse(page.dataset.kept);
  const cache = await caches.open("near");
  // It was left meanwhile. Later than here, leaving takes this cache away with all that still comes.
  if ("left" in document.documentElement.dataset) return;
  await cache.addAll(files.map((file) => new Request(file, { cache: "no-cache", credentials: "omit" })));
  const wanted = new Set(files.map((file) => new URL(file, location.href).href));
  for (const kept of await cache.keys()) if (!wanted.has(kept.url)) await cache.delete(kept);
}

if (page && navigator.serviceWorker && isSecureContext) {
  navigator.serviceWorker.register(page.dataset.worker, { scope: page.dataset.scope }).catch(() => undefined);
  keep().catch(() => undefined);
}
