// The pad: one page that works without a network. What it shows is told by the part of the address
// after #, which holds ids only and never leaves the phone.

import "../js/exit.js";
import { conflictsScreen } from "./conflicts.js";
import { countScreen, noteScreen } from "./counting.js";
import { h, note } from "./dom.js";
import { scanScreen, walkInScreen } from "./door.js";
import { listScreen } from "./list.js";
import { markScreen } from "./marks.js";
import { nothingScreen, pinScreen } from "./pin.js";
import { lockedRegister, onChange, open, openTaken, shut, slotOf } from "./register.js";
import { go, route, show } from "./router.js";
import { signScreen, signaturesScreen } from "./signing.js";
import { get, put } from "./store.js";
import { startSending } from "./sync.js";
import { language, speak, t, usual } from "./words.js";

// A register that nobody touched for so long asks for the PIN again.
const IDLE = 10 * 60 * 1000;
const LEFT = "pad-left";
const main = document.getElementById("main");
let touched = Date.now();

const OF_SLOT = {
  "": markScreen,
  "walk-in": walkInScreen,
  count: countScreen,
  note: noteScreen,
  scan: scanScreen,
  signatures: signaturesScreen,
};

function openScreen(held, [place, slotId, what = "", entry]) {
  if (place === "told") return conflictsScreen(held);
  const slot = place === "s" ? slotOf(held, slotId) : null;
  if (!slot) return listScreen(held);
  if (what === "sign") return signScreen(held, slot, entry);
  return (OF_SLOT[what] || markScreen)(held, slot);
}

async function screenAt(parts) {
  if (open) return openScreen(open.held, parts);
  const box = await lockedRegister();
  return box ? pinScreen(box) : nothingScreen();
}

function languages() {
  const box = document.getElementById("languages");
  box.setAttribute("aria-label", t("language"));
  box.replaceChildren(
    ...[["en", "English"], ["sw", "Kiswahili"]].map(([code, called]) =>
      code === language
        ? h("span", { lang: code, "aria-current": "true" }, h("abbr", { title: called }, code.toUpperCase()))
        : h(
            "button",
            {
              type: "button",
              lang: code,
              "aria-label": `${code.toUpperCase()}, ${called}`,
              onclick: async () => {
                await put("facts", code, "language");
                await speak(code);
                frame();
                await show();
              },
            },
            code.toUpperCase(),
          ),
    ),
  );
}

function frame() {
  languages();
  document.querySelector(".skip").textContent = t("skip");
  const leave = document.querySelector("[data-leave]");
  leave.title = t("leave_help");
  leave.lastElementChild.textContent = t("leave");
}

function nothingToSee() {
  document.title = t("left_title");
  document.querySelector(".top").remove();
  main.replaceChildren(
    h("h1", {}, t("left_title")),
    h("p", {}, t("left_says")),
    h("p", {}, h("a", { class: "btn", href: "/" }, t("try_again"))),
  );
}

function watchForIdling() {
  const touch = () => {
    touched = Date.now();
  };
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, touch, { passive: true });
  const look = () => {
    if (open && Date.now() - touched > IDLE) shut();
  };
  setInterval(look, 30000);
  document.addEventListener("visibilitychange", look);
  // The register was removed on another page of this phone, or another taken.
  addEventListener("storage", (event) => {
    if (event.key === "pad" && open) shut();
  });
}

// So that the browser does not clear what lies here when space runs short. Some decide by themselves;
// Firefox asks whoever holds the phone, and answers only once she did. So nothing waits for it.
function askToStay() {
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => undefined);
}

async function start() {
  try {
    await speak(usual());
    if (!isSecureContext || !navigator.serviceWorker || !window.indexedDB || !crypto.subtle) {
      frame();
      main.replaceChildren(
        h("h1", {}, t("pad")),
        note("bad", "alert", h("p", {}, isSecureContext ? t("old_browser") : t("no_https"))),
      );
      return;
    }
    const chosen = await get("facts", "language");
    if (chosen && chosen !== language) await speak(chosen);
    if (localStorage.getItem(LEFT)) {
      // Somebody left at once. What is sent is still sent; who looks sees nothing of it.
      nothingToSee();
      await startSending();
      return;
    }
    frame();
    navigator.serviceWorker.register("/pad/sw.js", { scope: "/pad/" }).catch(() => undefined);
    onChange((what) => {
      // At the door badges are read for long with no finger on the glass.
      if (what.made) touched = Date.now();
      if (what.opened || what.shut) show();
      if (what.opened) askToStay();
    });
    route(screenAt);
    addEventListener("hashchange", go);
    watchForIdling();
    await openTaken().catch(() => undefined);
    await go();
    await startSending();
  } catch (problem) {
    main.replaceChildren(h("h1", {}, "Programme"), note("bad", "alert", h("p", {}, t("broken")), h("p", {}, String(problem.name || ""))));
  }
}

// One page at a time holds the register: two would give the same number twice. The page before this
// one may only just be ending, so that this one waits a moment.
async function alone() {
  if (!navigator.locks) return start();
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(), 2000);
  const hold = async () => {
    await start();
    await new Promise(() => undefined);
  };
  try {
    return await navigator.locks.request("pad-open", { signal: waiting.signal }, hold);
  } catch {
    await speak(usual());
    frame();
    main.replaceChildren(
      h("h1", {}, t("pad")),
      note("warn", "phone", h("p", {}, t("open_elsewhere"))),
      h("p", { class: "actions" }, h("button", { class: "btn main", type: "button", onclick: () => location.reload() }, t("try_again"))),
    );
    return undefined;
  }
}

alone();
