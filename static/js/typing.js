// Keeps what is being typed into fields with data-keep until the server has accepted it.
// It stays in this tab, belongs to one account, and goes when the person leaves or signs out.
//
// A browser writes a tab's storage to its disk and leaves it there after it was closed. So what was
// typed is kept under a key that only pages hold which the server gives to this account: whoever
// searches the disk finds nothing to read. Without https there is no such key, and nothing is kept.

const PREFIX = "typed:";
const OWNER = "typed-owner";
const body = document.body;

function keyOf(field) {
  return `${PREFIX}${location.pathname}:${field.dataset.keep || field.name}`;
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function write(key, kept) {
  try {
    sessionStorage.setItem(key, JSON.stringify(kept));
  } catch {
    // More than a tab holds: rather nothing than what stood there before.
    sessionStorage.removeItem(key);
  }
}

function forgetAll() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) || key.startsWith("register:")) sessionStorage.removeItem(key);
  }
}

/** Whoever goes back was answered nothing, or what was answered has removed it: it was not taken. */
function notTaken() {
  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const kept = read(key);
    if (kept?.sent) write(key, { ...kept, sent: false });
  }
}

const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

async function accountKey() {
  if (!body.dataset.typing || !globalThis.crypto?.subtle) return null;
  return crypto.subtle.importKey("raw", toBytes(body.dataset.typing), "AES-GCM", false, ["encrypt", "decrypt"]);
}

async function seal(secret, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const parts = [];
  const bytes = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, secret, plain));
  // In pieces, since a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8190) parts.push(toText(bytes.subarray(at, at + 8190)));
  return { iv: toText(iv), parts };
}

async function opened(secret, kept) {
  try {
    const parts = kept.parts.map(toBytes);
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(kept.iv) }, secret, bytes);
    return JSON.parse(new TextDecoder().decode(plain));
  } catch {
    // Of another account, or from before: nothing can be made of it.
    return null;
  }
}

async function start() {
  const owner = body.dataset.owner;
  if (owner) {
    if (sessionStorage.getItem(OWNER) !== owner) forgetAll();
    sessionStorage.setItem(OWNER, owner);
  }

  if (performance.getEntriesByType("navigation")[0]?.type === "back_forward") notTaken();
  addEventListener("pageshow", (event) => event.persisted && notTaken());

  const fields = new Map(
    [...document.querySelectorAll("[data-keep]")].map((field) => [keyOf(field), field]),
  );
  const cameBack = document.querySelector(".field.wrong, .errors") !== null;
  const notAnswered = body.hasAttribute("data-keeps");

  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const kept = read(key);
    if (!kept?.sent || notAnswered) continue;
    if (fields.has(key) && cameBack) write(key, { ...kept, sent: false });
    else sessionStorage.removeItem(key);
  }

  if (!owner || fields.size === 0) return;
  const secret = await accountKey();
  if (secret === null) return;
  for (const [key, field] of fields) {
    let typing = 0;
    field.addEventListener("input", async () => {
      typing += 1;
      const mine = typing;
      if (field.value === field.defaultValue) {
        sessionStorage.removeItem(key);
        return;
      }
      const sealed = await seal(secret, { text: field.value, first: field.defaultValue });
      // A letter that was typed meanwhile is in what is sealed after this; whoever left keeps nothing.
      if (mine === typing && !("left" in document.documentElement.dataset)) write(key, { ...sealed, sent: false });
    });
    field.form?.addEventListener("submit", () => {
      const now = read(key);
      if (now) write(key, { ...now, sent: true });
    });
    const kept = read(key);
    const said = kept && (await opened(secret, kept));
    if (kept && !said) sessionStorage.removeItem(key);
    if (said && said.first === field.defaultValue && field.value === field.defaultValue) field.value = said.text;
  }
}

try {
  await start();
} catch {
  // A browser without storage keeps nothing; the page works as before.
}
