// Keeps the page by which certificates are checked, its parts, the keys and the list of revoked
// ones, so that it works without a network after one visit. `EDITION` and `KEPT` stand above this
// where it is served. Nothing of anyone is kept: every address here is the same for everybody, is
// asked for without a cookie, and what follows "#" in an address never leaves the page.

const CACHE = `verify-${EDITION}`;
const PAGE = "/V";
const PAGES = ["/V", "/verify"];
const PUBLISHED = ["/verify/keys.json", "/verify/status"];
const PATIENCE = 4000; // milliseconds for which a slow network is waited for

const asked = (address) => fetch(address, { credentials: "omit", cache: "no-cache" });

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(CACHE);
    const put = async (address) => {
      const answer = await asked(address);
      if (!answer.ok) throw new Error("the page cannot be kept whole");
      await cache.put(address, answer);
    };
    await Promise.all([PAGE, ...KEPT].map(put));
    // A programme that has issued nothing yet has no list.
    await Promise.all(PUBLISHED.map((address) => put(address).catch(() => {})));
    await self.skipWaiting();
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys())
      if (name.startsWith("verify-") && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

async function page(url) {
  const cache = await caches.open(CACHE);
  const chosen = await cache.match(PAGE + url.search);
  // The language that was chosen last is the one in which the next code opens.
  if (chosen && url.search) await cache.put(PAGE, chosen.clone());
  return chosen || (await cache.match(PAGE)) || asked(url.pathname + url.search);
}

async function published(path) {
  const cache = await caches.open(CACHE);
  const anew = asked(path).then(async (answer) => {
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  });
  const kept = await cache.match(path);
  if (!kept) return anew;
  // What was kept is marked, so that the page can say as of when it speaks.
  const old = new Response(await kept.blob(), { headers: { ...Object.fromEntries(kept.headers), "X-Kept": "1" } });
  const later = new Promise((resolve) => setTimeout(resolve, PATIENCE, old));
  return Promise.race([anew.then((answer) => (answer.ok ? answer : old)).catch(() => old), later]);
}

async function part(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (PAGES.includes(url.pathname)) event.respondWith(page(url));
  } else if (PUBLISHED.includes(url.pathname)) {
    event.respondWith(published(url.pathname));
  } else if (KEPT.includes(url.pathname + url.search)) {
    event.respondWith(part(request));
  }
});
