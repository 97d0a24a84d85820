// Sends what is queued: when the page is loaded, when there is a network again, when the page is
// looked at, a moment after each mark, and by hand. What failed is tried again later and later.
// An operation is deleted only once the server's answer to it has arrived.

import { sign } from "./keys.js";
import { answered, lockedRegister, putAway } from "./register.js";
import { all, forgetPads, get, inStore, put, queueOf, unsent } from "./store.js";

const MOST_ITEMS = 200;
const MOST_BYTES = 400000;
const SOON = 1500;
const FIRST_WAIT = 5000;
const LONGEST_WAIT = 300000;
const PATIENCE = 60000;
const WAITS = "pad-waits";
// A server that answers nonsense is no better than none.
const STATES = { 401: "ended", 403: "revoked" };

/** What the dock shows. `state`: "", sending, offline, ended, revoked, refused; `left` operations. */
export const status = { state: "", left: 0, sentAt: 0, skew: 0, sentence: "" };

const listeners = new Set();
export const onStatus = (listener) => listeners.add(listener);
function tell(change) {
  Object.assign(status, change);
  listeners.forEach((listener) => listener(status));
  // Any page of the site then sends what waits (static/js/page.js), until `everything` is over.
  if (status.left > 0) localStorage.setItem(WAITS, "1");
}

let timer = 0;
let wait = FIRST_WAIT;
let running = null;
let most = MOST_ITEMS;

/** Send by and by; several calls become one. */
export function sendSoon(after = SOON) {
  clearTimeout(timer);
  timer = setTimeout(() => send(), after);
}

/** Send now. By hand also what the server did not want before. */
export function send(byHand = false) {
  clearTimeout(timer);
  if (!running) {
    running = alone(() => everything(byHand)).finally(() => {
      running = null;
    });
  }
  return running;
}

/** Not twice at once, should the page be open twice. */
function alone(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request("pad-send", { ifAvailable: true }, (lock) => lock && work());
}

async function everything(byHand) {
  try {
    const pads = await all("pads");
    let worst = "";
    for (const pad of pads) {
      const sender = pads.find((one) => one.pad === pad.adopter) || pad;
      if (!byHand && STATES[401] === sender.state) {
        if ((await queueOf(pad.pad, 1)).length) worst = "ended";
        continue;
      }
      if (!byHand && sender.state === "revoked") {
        if ((await queueOf(pad.pad, 1)).length) worst = "revoked";
        continue;
      }
      const outcome = await sendPad(pad, sender);
      if (outcome) worst = outcome;
    }
    await forgetPads();
    wait = FIRST_WAIT;
    tell({ state: worst, left: await unsent() });
    await wipeIfOver();
    // Only now: a page that is left before its pads are forgotten is followed by one that forgets.
    if (!(await unsent())) localStorage.removeItem(WAITS);
  } catch (problem) {
    tell({ state: problem.name === "Refused" ? "refused" : "offline", left: await unsent() });
    // Not all phones of a hall at the same moment.
    sendSoon(wait * (0.75 + Math.random() / 2));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

function portion(items) {
  let size = 0;
  return items.filter((item, place) => {
    size += item.ct.length + 200;
    return place === 0 || size <= MOST_BYTES;
  });
}

/** Send one pad's queue to its end; "" or why not. Rejects if it should be tried again. */
async function sendPad(pad, sender) {
  for (;;) {
    const items = portion(await queueOf(pad.pad, most));
    if (!items.length) return "";
    tell({ state: "sending", left: await unsent() });
    const message = {
      pad: sender.pad,
      sent_at: new Date().toISOString(),
      items: items.map(({ seq, epk, iv, ct }) => ({ seq, epk, iv, ct })),
    };
    if (sender.pad !== pad.pad) message.pad_of_items = pad.pad;
    const answer = await post(JSON.stringify(message), sender.key);
    if (STATES[answer.status]) return refused(pad, sender, answer.status);
    if (answer.status === 413 && most > 1) {
      most = Math.max(1, Math.floor(most / 2));
      continue;
    }
    if (!answer.ok) throw await failure(answer);
    const said = await answer.json();
    await take(pad, said);
    if (sender.state) await put("pads", { ...sender, state: "" });
    sender.state = "";
  }
}

async function post(body, key) {
  const signature = await sign(key, `kash pad v1 sync\n${body}`);
  const ending = new AbortController();
  const patience = setTimeout(() => ending.abort(), PATIENCE);
  try {
    return await fetch("/pad/sync", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Pad-Signature": signature },
      body,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: ending.signal,
    });
  } finally {
    clearTimeout(patience);
  }
}

async function failure(answer) {
  const problem = new Error(`answered ${answer.status}`);
  if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) problem.name = "Refused";
  return problem;
}

async function refused(pad, sender, code) {
  const state = STATES[code];
  await put("pads", { ...sender, state });
  if (state === "revoked") {
    const box = await lockedRegister();
    if (box && box.pad === sender.pad) await putAway();
  }
  return state;
}

async function take(pad, said) {
  await answered(pad.pad, said.answers);
  await inStore(["queue", "facts"], "readwrite", (transaction) => {
    for (const { seq } of said.answers) transaction.objectStore("queue").delete([pad.pad, seq]);
    transaction.objectStore("facts").put(said.skew_s || 0, "skew");
  });
  tell({ sentAt: Date.now(), skew: said.skew_s || 0, left: await unsent() });
  if (!said.answers.length) throw new Error("nothing was answered");
}

/** After the last session's day the register goes, once everything was answered. */
async function wipeIfOver() {
  const box = await lockedRegister();
  if (box && Date.now() > box.until && !(await queueOf(box.pad, 1)).length) await putAway();
}

export async function startSending() {
  tell({ left: await unsent(), skew: (await get("facts", "skew")) || 0 });
  addEventListener("online", () => send());
  addEventListener("offline", () => tell({ state: "offline" }));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") send();
  });
  await send();
}

/** So many operations were made: tell the page, and send them by and by. */
export function made(count) {
  tell({ left: status.left + count });
  if (status.state !== "offline" || navigator.onLine !== false) sendSoon();
}

/** What is not sent, as files that the website takes in: `[{name, text}]`, one for each pad. */
export async function sealedFiles() {
  const files = [];
  const pads = await all("pads");
  for (const pad of pads) {
    const items = (await queueOf(pad.pad)).map(({ seq, epk, iv, ct }) => ({ seq, epk, iv, ct }));
    if (!items.length) continue;
    const payload = JSON.stringify({ pad: pad.pad, items });
    const signature = await sign(pad.key, `kash pad v1 export\n${payload}`);
    const day = new Date().toISOString().slice(0, 10);
    files.push({
      name: `pad-${pad.pad}-${day}.kashpad`,
      text: JSON.stringify({ format: "kash-pad-queue", version: 1, payload, signature }),
    });
  }
  return files;
}
