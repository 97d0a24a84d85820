// Leaving at once: a button on every page, or Shift three times within a second and a half. Every tab
// is left. With it goes all that this browser keeps but marks that were not sent, which are sealed: the register that
// was taken along on this phone (static/pad) too, as it does on signing out. By the button, the code
// of an unfinished report is shown once more, since this phone forgets it.

const WITHIN = 1500;
const TIMES = 3;
// As static/pad/store.js has them. Half of the register's key lies in local storage, since that can
// be removed before this line is over; the rest is deleted within moments, or when the pad is next
// opened. What is sealed to the server stays until it was answered.
const PAD = "pad";
const LEFT = "pad-left";
const UNDER_PIN = ["held", "log", "answers"];
const PATIENCE = 250;
// An unfinished report's code, as static/js/filing.js keeps it.
const DRAFT = "note";
// What the way out leaves in this browser: that marks or minutes wait, which are sealed, and that she
// left.
const STAYS = ["pad-waits", "minutes-waits", LEFT];
// Nobody comes back to the code that is shown: then the page goes by itself.
const SHOWN_FOR = 30_000;
// Other tabs of this browser are left with this one: what stands in them could be looked at as well,
// and each has a storage of its own.
const tabs = globalThis.BroadcastChannel ? new BroadcastChannel(LEFT) : null;
let presses = [];

/** Empty this browser's storage but for what must stay; what the unfinished report's code was. */
function forgetEverything() {
  let code = "";
  try {
    code = localStorage.getItem(DRAFT) || "";
    for (const key of Object.keys(localStorage)) if (!STAYS.includes(key)) localStorage.removeItem(key);
    sessionStorage.clear();
  } catch {
    // A browser that refuses storage has nothing to forget.
  }
  return code;
}

/** Show nothing but a code, to be written down, until she goes on; the rest of the page is gone. */
async function writtenDown(code) {
  const page = document.querySelector("template[data-written-down]");
  document.body.replaceChildren(page ? page.content.cloneNode(true) : "");
  const shown = document.querySelector("[data-code-shown]");
  const button = document.querySelector("[data-go]");
  if (!shown || !button) return;
  shown.textContent = code.replace(/(.{4})(?=.)/g, "$1 ");
  document.documentElement.hidden = false;
  button.focus();
  await new Promise((resolve) => {
    button.addEventListener("click", resolve);
    addEventListener("pagehide", resolve);
    setTimeout(resolve, SHOWN_FOR);
  });
}

/** Take the register off this phone; resolves when it is gone, or at the latest in a moment. */
function forgetRegister() {
  try {
    if (localStorage.getItem(PAD) === null) return Promise.resolve();
    localStorage.removeItem(PAD);
  } catch {
    return Promise.resolve();
  }
  const gone = new Promise((resolve) => {
    const asked = indexedDB.open(PAD);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = resolve;
    asked.onsuccess = () => {
      const transaction = asked.result.transaction(UNDER_PIN, "readwrite");
      for (const store of UNDER_PIN) transaction.objectStore(store).clear();
      transaction.oncomplete = resolve;
      transaction.onabort = resolve;
      transaction.commit?.();
    };
  });
  return Promise.race([gone, new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
}

/**
 * Take the page of help off this phone, but for what it leads away to; resolves as soon as it can.
 * What is being kept at this moment goes with the cache that it was opened for.
 */
async function forgetHelp(address) {
  if (!globalThis.caches || !(await caches.has("near"))) return;
  const away = await caches.match(address, { cacheName: "near" });
  await caches.delete("near");
  if (away) await (await caches.open("near")).put(address, away);
}

async function leave(address, ends, offers) {
  document.documentElement.hidden = true;
  // What other scripts are still waiting for must not be shown or kept any more.
  document.documentElement.dataset.left = "";
  tabs?.postMessage("");
  const forgotten = forgetRegister();
  try {
    localStorage.setItem(LEFT, "1");
  } catch {
    // Then the pad says that it holds nothing.
  }
  // Without a network nothing arrives: this has the next request, whenever it comes, end all.
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `left=1; Path=/; Max-Age=86400; SameSite=Lax${secure}`;
  // The vault is closed by itself, should the page that follows never arrive.
  const vault = document.querySelector("[data-vault-close]");
  if (vault) {
    const said = new FormData(vault);
    said.set("leaving", "1");
    navigator.sendBeacon(vault.action, said);
  }
  const code = forgetEverything();
  // From a page that works without a network the session is ended beside the way out.
  if (ends) fetch(ends, { keepalive: true }).catch(() => undefined);
  await Promise.race([
    Promise.all([forgotten, forgetHelp("/h/w").catch(() => undefined)]),
    new Promise((resolve) => setTimeout(resolve, PATIENCE)),
  ]);
  if (offers && code) await writtenDown(code);
  location.replace(address);
}

const button = document.querySelector("[data-leave]");

addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) forgetRegister();
});

try {
  // Somebody signed in again: the pad need not hide any more.
  if (document.body.dataset.owner) localStorage.removeItem(LEFT);
} catch {
  // Nothing was kept, then.
}

if (button) {
  tabs?.addEventListener("message", () => {
    if (!("left" in document.documentElement.dataset)) leave(button.href, button.dataset.ends, false);
  });

  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave(button.href, button.dataset.ends, true);
  });

  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Shift") {
        presses = [];
        return;
      }
      if (event.repeat) return;
      presses = [...presses, event.timeStamp].filter((time) => event.timeStamp - time <= WITHIN);
      if (presses.length >= TIMES) leave(button.href, button.dataset.ends, false);
    },
    true,
  );
}
