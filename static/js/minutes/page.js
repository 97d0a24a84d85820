// The page of an item while somebody writes on it: all that is typed is kept here first, sealed, then
// sent; what others wrote meanwhile comes in between. Without this script its buttons save.
//
// What stands in the fields is sent whole, with that from which it began (`base`): the server merges it
// with what stands there now (kash/forums/rules/merging.py). Its answer is shown once nothing is unsent.

import { announce, fill } from "../announce.js";
import { publicId } from "../../pad/keys.js";
import { Fields } from "./fields.js";
import { forget, keep } from "./journal.js";
import { ask, canSeal, post, sealerOf } from "./sending.js";
import { lockOf, sendWaiting, sentMeanwhile } from "./waiting.js";

// Within three seconds a page says what became of each letter.
const SOON = 1500;
const TELL = 2800;
const AGAIN = [2000, 4000, 8000, 15000, 30000];
const LOOK = 5000;
// Nobody writes any more: a page that stays open on a table keeps no session alive.
const IDLE = 10 * 60_000;

export function enhance(root) {
  const forms = root.matches?.("[data-live-minutes]") ? [root] : root.querySelectorAll("[data-live-minutes]");
  for (const form of forms) {
    if (form.dataset.ready) continue;
    form.dataset.ready = "true";
    if (canSeal()) start(form);
  }
}

const left = () => "left" in document.documentElement.dataset;
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const bare = ({ minute, decisions, actions }) => ({
  minute,
  decisions: decisions.map(({ key, text }) => ({ key, text })),
  actions: actions.map(({ key, text, owner, due }) => ({ key, text, owner, due })),
});
const words = (item) =>
  [item.minute, ...[...item.decisions, ...item.actions].map(({ text }) => text)].join(" ").split(/\s+/).filter(Boolean);

/** How many words are there that were not. */
function newWords(base, now) {
  const before = new Map();
  for (const word of words(base)) before.set(word, (before.get(word) ?? 0) + 1);
  return words(now).filter((word) => {
    const count = before.get(word) ?? 0;
    before.set(word, count - 1);
    return count <= 0;
  }).length;
}

async function start(form) {
  const told = form.querySelector("[data-told]");
  const beside = document.querySelector("[data-beside]");
  const fields = new Fields(form);
  const { address, item } = form.dataset;
  const page = publicId();
  const seal = await sealerOf(item, JSON.parse(form.dataset.key));

  let base = fields.came();
  let shown = base; // what was kept last, or is shown as it stands
  let version = Number(form.dataset.version);
  let differ = beside.querySelectorAll("#differences ~ form").length;
  let began = 0; // the number of ours that was answered when we began from `base`
  let number = 0;
  let kept = null; // what is not answered yet: {number, now, record}
  let keeping = null;
  let sending = null;
  let safe = true; // whether this browser keeps anything
  let reason = "";
  let closed = false;
  let tries = 0;
  let since = 0; // since when something is not answered
  let typedAt = Date.now();
  let sendTimer = 0;
  let tellTimer = 0;

  // Other pages of this browser leave what this one wrote to it.
  navigator.locks?.request(lockOf(page), () => new Promise(() => undefined));

  function say(key, more = "") {
    const text = `${told.dataset[key]} ${more}`.trim();
    if (told.textContent === text) return;
    if (key === "kept" || key === "unkept") announce(text);
    told.textContent = text;
    told.classList.toggle("bad", key === "kept" || key === "unkept");
  }

  function tell() {
    clearTimeout(tellTimer);
    const open = kept || !same(fields.now(), shown);
    if (!open) {
      since = 0;
      say(number ? "saved" : "ready");
      return;
    }
    since ||= Date.now();
    if (!safe) say("unkept", reason);
    else if (closed || reason || Date.now() - since >= TELL) say("kept", reason);
    else {
      say("saving");
      tellTimer = setTimeout(tell, since + TELL - Date.now());
    }
  }

  /** Keep what stands in the fields, on the disk before anything is sent. */
  function keepNow() {
    keeping ??= keepAll().finally(() => {
      keeping = null;
    });
    return keeping;
  }

  async function keepAll() {
    for (;;) {
      const now = fields.now();
      if (left() || same(now, shown)) return;
      number += 1;
      const count = number;
      const tag = { address, words: newWords(base, now) };
      const record = await seal(page, count, { began, base, now }, tag);
      if (left()) return;
      shown = now;
      kept = { number: count, now, record };
      try {
        await keep(record);
        safe = true;
      } catch {
        safe = false;
      }
    }
  }

  function sendSoon(wait = SOON) {
    clearTimeout(sendTimer);
    sendTimer = setTimeout(send, wait);
  }

  /** Send what is kept; true once nothing is open. */
  async function send() {
    clearTimeout(sendTimer);
    sendTimer = 0;
    sending ??= sendOnce().finally(() => {
      sending = null;
      tell();
    });
    const arrived = await sending;
    const open = kept || !same(fields.now(), shown);
    // Whoever types on is not sent letter by letter.
    if (arrived && open && !closed) sendSoon();
    return arrived && !open;
  }

  async function sendOnce() {
    await keepNow();
    if (!kept) return true;
    if (left() || closed) return false;
    const { number: count, now, record } = kept;
    let answer = null;
    try {
      answer = await post(address, record);
      reason = answer.status === 401 ? told.dataset.signedOut : (answer.said.error ?? "");
    } catch {
      reason = told.dataset.offline;
    }
    if (answer?.status !== 200) {
      if (answer?.said.typed) {
        closed = true;
        giveBack([{ record, said: answer.said }]);
      } else {
        sendSoon(AGAIN[Math.min(tries, AGAIN.length - 1)]);
        tries += 1;
      }
      return false;
    }
    [reason, tries] = ["", 0];
    takeBack(page);
    // What is typed from here on begins from what was answered.
    [base, began] = [now, count];
    if (kept.number === count) kept = null;
    await forget(page, count).catch(() => undefined);
    stand(answer.said);
    since = 0;
    return true;
  }

  /** Show what stands, if nothing of ours is open. */
  function stand(said) {
    showBeside(said);
    if (kept || keeping || said.version < version || !same(fields.now(), base)) return;
    version = said.version;
    fields.show(said.item);
    base = shown = bare(said.item);
    // A row that was begun and has no text yet is not among them.
    if (!same(fields.now(), shown)) shown = base = fields.now();
  }

  function showBeside(said) {
    if (said.mark === beside.dataset.mark || beside.contains(document.activeElement)) return;
    beside.innerHTML = said.beside;
    beside.dataset.mark = said.mark;
    if (said.differ > differ) announce(told.dataset.differs);
    differ = said.differ;
    form.querySelector("[data-differ]").hidden = !differ;
  }

  /** Of what was given back: it arrived after all, or there is more of it. */
  function takeBack(name) {
    form.querySelector(`[data-page="${name}"]`)?.remove();
  }

  /** Show somebody what she wrote and the server does not take, until she takes it off. */
  function giveBack(all) {
    for (const { record, said } of all) {
      takeBack(record.page);
      const note = form.querySelector("[data-closed]").content.cloneNode(true).firstElementChild;
      note.dataset.page = record.page;
      const typed = said.typed ?? { minute: "", decisions: [], actions: [] };
      note.querySelector("[data-reason]").textContent = said.error ?? "";
      note.querySelector("[data-typed]").value = [
        typed.minute,
        ...[...typed.decisions, ...typed.actions].map(({ text }) => text),
      ].join("\n");
      note.querySelector("button").addEventListener("click", async () => {
        await forget(record.page, record.number);
        if (kept?.record === record) kept = null;
        note.remove();
      });
      form.prepend(note);
    }
  }

  async function look() {
    const quiet = document.hidden || Date.now() - typedAt > IDLE;
    if (!quiet && !left() && !closed && !kept && !sending) {
      try {
        const { status, said } = await ask(address);
        if (status === 200) stand(said);
        else if (status === 401) reason = told.dataset.signedOut;
      } catch {
        // Told once something is to be sent.
      }
      tell();
    }
    setTimeout(look, LOOK);
  }

  async function sendBefore() {
    const found = await sendWaiting().catch(() => null);
    const note = form.querySelector("[data-before]");
    if (!found) return;
    found.sent += sentMeanwhile();
    const said = [
      found.sent && fill(told.dataset.waited, { count: found.sent }),
      found.left && fill(told.dataset.waits, { count: found.left }),
      found.others && told.dataset.others,
    ].filter(Boolean);
    note.hidden = !said.length;
    note.textContent = said.join(" ");
    if (said.length) announce(note.textContent);
    giveBack(found.closed);
    if (found.left && !found.closed.length) setTimeout(sendBefore, AGAIN[2]);
  }

  function changed() {
    typedAt = Date.now();
    // Perhaps what the server did not take is gone.
    closed = false;
    for (const kind of ["decision", "action"]) fields.emptyRow(kind);
    fields.number();
    keepNow().then(tell, tell);
    // Not put off by each letter: what is typed for long is sent meanwhile.
    if (!sendTimer && !sending) sendSoon();
    tell();
  }

  function turn(kind) {
    const made = fields.turn(kind);
    if (!made) return;
    announce(made.closest("[data-row]").querySelector("[data-number]").textContent);
    changed();
    fields.minute.focus();
  }

  /** Go on once all is sent; where that fails, stay: it is kept. */
  async function goTo(url) {
    // What was on its way already may not hold the last letters.
    if ((await send()) || (await send())) location.assign(url);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const url = event.submitter?.dataset.url;
    if (url) goTo(url);
    else send();
  });
  for (const button of form.querySelectorAll("[data-turn]")) {
    button.addEventListener("click", () => turn(button.dataset.turn));
  }
  form.querySelector("[data-turns]").hidden = false;
  form.querySelector("[data-more]").hidden = true;
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const kind = { KeyD: "decision", KeyA: "action" }[event.code];
    const current = document.querySelector(".agenda-list [aria-current]")?.closest("li");
    const beside = {
      ArrowUp: current?.previousElementSibling,
      ArrowDown: current?.nextElementSibling,
    }[event.code];
    if (kind && event.target === fields.minute) {
      event.preventDefault();
      turn(kind);
    } else if (/^Arrow(Up|Down)$/.test(event.code) && !event.target.matches("select, [type=date]")) {
      event.preventDefault();
      const link = beside?.querySelector("a");
      if (link) goTo(link.href);
    }
  });
  addEventListener("online", () => {
    tries = 0;
    send();
    sendBefore();
  });
  addEventListener("offline", tell);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      typedAt = Date.now();
      send();
    } else if (kept && !left()) {
      // It may be the last that this page does. What is not answered is sent once more by the next.
      post(address, kept.record, true).catch(() => undefined);
    }
  });
  addEventListener("beforeunload", (event) => {
    if (!safe && kept && !left()) event.preventDefault();
  });

  fields.number();
  tell();
  await sendBefore();
  // What was typed before this script had arrived is sent with the rest.
  await send();
  setTimeout(look, 0);
}
