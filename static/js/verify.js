// The page by which anyone checks a certificate. Typing a serial works without this; a scanned code
// is checked on the phone itself, and nothing of it is ever sent.
import { check, claimIn, openedList, payloadIn } from "./checking.js";
import { nameMatches } from "./names.js";

const OLD = 14 * 86400000;
const PATIENCE = 10000;
const says = document.querySelector("[data-check-says]");
const forms = document.querySelectorAll("[data-check]");
const part = document.querySelector("[data-scan]");
const told = part.querySelector("[data-told]");
const nameForm = part.querySelector("[data-name-check]");
const serialForm = document.querySelector("[data-serial-from-fragment]");
const camera = part.querySelector("[data-camera]");
const video = camera.querySelector("video");
const [on, off] = ["on", "off"].map((each) => camera.querySelector(`[data-camera-${each}]`));
const cameraSays = camera.querySelector("[data-camera-says]");
let payload = null;
let claim = null;

const say = (what) => {
  says.textContent = what ? says.dataset[what] : "";
};

// --- A typed serial ------------------------------------------------------------------------------

function fillIn(serial) {
  serialForm.querySelector("[name=serial]").value = serial;
  say("scanned");
  serialForm.querySelector("[type=submit]").focus();
}

// Whether there is a network the browser only guesses: the server is asked before anything is refused.
const reaches = () =>
  fetch("/healthz", {
    method: "HEAD",
    cache: "no-store",
    credentials: "omit",
    signal: AbortSignal.timeout(PATIENCE),
  }).then(
    () => true,
    () => false,
  );

for (const form of forms) {
  form.addEventListener("submit", async (event) => {
    say("sending");
    if (navigator.onLine !== false) return;
    event.preventDefault();
    if (await reaches()) form.submit();
    else say("offline");
  });
}
addEventListener("offline", () => say("offline"));
addEventListener("online", () => say("online"));
addEventListener("pageshow", () => says.textContent === says.dataset.sending && say(""));

// --- A scanned code ------------------------------------------------------------------------------

async function published(address) {
  try {
    const answer = await fetch(address, { credentials: "omit" });
    if (!answer.ok) return { fresh: false };
    return { content: await answer.json(), fresh: !answer.headers.has("X-Kept") };
  } catch {
    return { fresh: false };
  }
}

const SPOKEN = { en: "en-GB" }[part.dataset.language] || part.dataset.language;
const inWords = (options) => new Intl.DateTimeFormat(SPOKEN, options);
const day = (date) => inWords({ dateStyle: "long", timeZone: "UTC" }).format(date);
const moment = (time) => inWords({ dateStyle: "long", timeStyle: "short" }).format(new Date(time));
const month = (number) =>
  inWords({ month: "long", year: "numeric", timeZone: "UTC" }).format(
    new Date(Date.UTC(2000, number - 1, 1)),
  );
const grouped = (serial) => serial.match(/.{4}/g).join("-");
const reason = (code) => part.querySelector(`[data-reason="${CSS.escape(code)}"]`)?.value || "";

function show(result) {
  const shown = part.querySelector(`[data-verdict-of="${result.standing}"]`).content.cloneNode(true);
  claim = result.claim || null;
  const words = {
    title: result.title || "",
    serial: claim ? grouped(claim.serial) : "",
    issued: claim?.issued ? month(claim.issued) : "",
    expires: claim?.expires ? month(claim.expires) : "",
    asOf: result.asOf ? moment(result.asOf) : "",
    revokedOn: result.revoked ? day(result.revoked.day) : "",
    reason: result.revoked ? reason(result.revoked.reason) : "",
    old: result.asOf && Date.now() - result.asOf > OLD ? "old" : "",
  };
  for (const place of shown.querySelectorAll("[data-say]"))
    place.textContent = words[place.dataset.say];
  for (const place of shown.querySelectorAll("[data-if]"))
    if (!words[place.dataset.if]) place.remove();
  document.querySelector("[data-verdict]")?.remove();
  told.replaceChildren(shown);
  nameForm.hidden = !claim || result.standing === "doubted";
  nameForm.reset();
  nameForm.querySelector("[data-name-says]").replaceChildren();
  told.querySelector(".verdict").focus();
  on.classList.remove("main");
  if (result.standing === "doubted") fillIn(grouped(claim.serial));
}

async function look(bytes) {
  payload = bytes;
  if (!crypto.subtle) {
    // Without HTTPS a browser checks nothing itself: the serial is left to be sent.
    fillIn(grouped(claimIn(bytes).serial));
    return;
  }
  const [keys, status] = await Promise.all([
    published(part.dataset.keys),
    published(part.dataset.status),
  ]);
  const list = await openedList(status.content, keys.content);
  const facts = { keys: keys.content, list, fresh: keys.fresh, now: Date.now() };
  const result = await check(bytes, facts);
  if (payload === bytes) show(result);
}

nameForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = nameForm.querySelector("input").value;
  const answer = nameForm.querySelector("[data-name-says]");
  const same = claim && (await nameMatches(typed, claim.salt, claim.nameHash));
  const said = nameForm.querySelector(`[data-name-is="${same ? "same" : "other"}"]`);
  answer.replaceChildren(said.content.cloneNode(true));
});

// The printed code carries all in the address's fragment, which no browser sends. It is taken off
// the address at once, so that it stays in no history and on no screen.
function arrived() {
  const fragment = location.hash.slice(1);
  if (!fragment || fragment === "main") return;
  history.replaceState(null, "", location.pathname + location.search);
  let text = "";
  try {
    text = decodeURIComponent(fragment);
  } catch {
    return; // what cannot be read is nothing
  }
  const bytes = payloadIn(text);
  if (bytes) look(bytes);
  else if (text.length <= 40) fillIn(text);
  else show({ standing: "unknown" });
}

arrived();
addEventListener("hashchange", arrived);
document.querySelector("[data-verdict]")?.focus();

// A change of the language keeps what was scanned: it goes along in the fragment.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[hreflang]");
  if (!link || !payload) return;
  const signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let [held, bits, text] = [0, 0, ""];
  for (const byte of payload) {
    held = ((held << 8) | byte) & 0xffff;
    for (bits += 8; bits >= 5; bits -= 5) text += signs[(held >> (bits - 5)) & 31];
  }
  link.hash = text;
});

// --- The camera ----------------------------------------------------------------------------------

let running = null;

function stop() {
  running?.abort();
  running = null;
  video.hidden = off.hidden = true;
  on.hidden = false;
}

async function start() {
  const { startScanner } = await import("./scanner.js");
  running = new AbortController();
  const { signal } = running;
  video.hidden = off.hidden = false;
  on.hidden = true;
  cameraSays.textContent = cameraSays.dataset.looking;
  const read = (text) => {
    const bytes = payloadIn(text);
    if (!bytes) {
      const serial = text.match(/#([0-9A-Z]{12})$/i)?.[1];
      if (!serial) {
        cameraSays.textContent = cameraSays.dataset.other;
        return;
      }
      fillIn(serial);
    } else {
      look(bytes);
    }
    cameraSays.textContent = "";
    stop();
  };
  try {
    await startScanner(video, read, { signal });
  } catch (error) {
    if (error.name === "AbortError") return;
    stop();
    const refused = error.name === "NotAllowedError";
    cameraSays.textContent = cameraSays.dataset[refused ? "refused" : "none"];
  }
}

if (navigator.mediaDevices?.getUserMedia && crypto.subtle) {
  camera.hidden = false;
  // Scanning is then what one does first, unless something was told already.
  if (document.querySelector("[data-verdict]")) on.classList.remove("main");
  serialForm.querySelector("[type=submit]").classList.remove("main");
  on.addEventListener("click", start);
  off.addEventListener("click", () => {
    cameraSays.textContent = "";
    stop();
  });
}

// --- Without a network ---------------------------------------------------------------------------

if ("serviceWorker" in navigator) {
  const { worker, scopes } = part.dataset;
  const kept = scopes.split(" ").map((scope) => navigator.serviceWorker.register(worker, { scope }));
  Promise.all(kept)
    .then(() => navigator.serviceWorker.ready)
    .then(async () => {
      // What is kept was asked for without a cookie. It opens in the language that is read here.
      for (const name of (await caches.keys()).filter((one) => one.startsWith("verify-"))) {
        const cache = await caches.open(name);
        const read = await cache.match(`/V?language=${part.dataset.language}`);
        if (read) await cache.put("/V", read);
      }
      part.querySelector("[data-kept]").hidden = false;
    })
    .catch(() => {
      // The page works with a network all the same.
    });
}
