// A form that is saved by itself, place by place: `data-autosave` on the form, `data-place` on what is
// saved together (a cell with its mark, a person with her name). The same address answers a script
// with {fields, wrong, texts}: what now stands in fields, what is wrong with which, and sums. What is
// wrong and has no field in the answer is kept as it was typed.
//
// Where the words for it are given, each place says itself that it is saved, or is not yet.
//
// Whoever goes on is led on once all is saved; where that fails she is asked. Leaving at once asks nobody.
// `data-unticks` on a field says that typing in it takes the tick beside it back: saved once it is left.
import { announce, fill } from "./announce.js";

const WAIT = 400;
const WHILE_TYPING = 1500;
const AGAIN = 8000;
const PATIENCE = 10000;
// What may arrive after its page was left holds 64 KiB at most.
const MOST = 40;

export function enhance(root) {
  const forms = root.matches?.("[data-autosave]") ? [root] : root.querySelectorAll("[data-autosave]");
  for (const form of forms) if (!form.dataset.ready) prepare(form);
}

const ticked = (one) => one.type === "checkbox" || one.type === "radio";
const controls = (place) => [...place.querySelectorAll("input, select, textarea")];
const differs = (one) =>
  one.options
    ? [...one.options].some((option) => option.selected !== option.defaultSelected)
    : one.value !== one.defaultValue || one.checked !== one.defaultChecked;
const left = () => "left" in document.documentElement.dataset;

function prepare(form) {
  form.dataset.ready = "true";
  const told = form.querySelector("[data-told]");
  const open = new Map(); // place → how often it was changed
  const refused = new Set(); // of these, what the server did not take as it is
  const half = new Set(); // of these, where typing goes on that took a tick back
  let timer = 0;
  let sending = null;
  let going = false;
  let led = false;
  let pressed = false;
  let reached = false;
  let wrongs = 0;
  let reason = "";

  function say(key) {
    const bad = key === "unsaved" || key === "held";
    const text = `${fill(told.dataset[key], { count: open.size })} ${key === "unsaved" ? reason : ""}`.trim();
    if (bad && told.textContent !== text) announce(text);
    told.textContent = text;
    told.classList.toggle("bad", bad);
    if (key === "unsaved") for (const place of open.keys()) tellPlace(place, "unsaved");
  }

  /** Say of a place in itself that it is `saved` or `unsaved`, or nothing. */
  function tellPlace(place, key) {
    for (const each of ["saved", "unsaved"]) {
      const text = key === each && told.getAttribute(`data-place-${each}`);
      if (text) place.dataset[each] = text;
      else delete place.dataset[each];
    }
  }

  /** Say beside a place what is wrong with it; of a cell beside the name of its row. */
  function tellWrong(place, sentences) {
    const [first] = controls(place);
    const home = place.matches("td") ? place.parentElement.cells[0] : place;
    home.querySelector(`[data-wrong="${CSS.escape(first.name)}"]`)?.remove();
    for (const one of controls(place)) one.removeAttribute("aria-invalid");
    if (!sentences.length) return;
    wrongs += 1;
    const said = document.createElement("p");
    said.className = "error";
    said.dataset.wrong = first.name;
    said.textContent = sentences.join(" ");
    home.append(said);
    for (const one of controls(place)) if (one.type !== "hidden") one.setAttribute("aria-invalid", "true");
    announce(said.textContent);
  }

  function answered(sent, { fields, wrong, texts }) {
    for (const [place, times] of sent) {
      const names = [...new Set(controls(place).map((one) => one.name))];
      const newer = open.get(place) !== times;
      const sentences = names.map((name) => wrong[name]).filter(Boolean);
      const kept = names.some((name) => wrong[name] && !(name in fields));
      if (!newer && kept) refused.add(place);
      else if (!newer) open.delete(place);
      if (!newer) tellPlace(place, sentences.length ? "" : "saved");
      tellWrong(place, sentences);
      // Told of again with what it now is, before it takes the place of anything.
      if (newer && kept) continue;
      for (const one of controls(place)) {
        // What was changed again meanwhile is sent with what it now is.
        if (!(one.name in fields) || (newer && one.type !== "hidden")) continue;
        if (ticked(one)) one.checked = fields[one.name] === one.value;
        else one.value = fields[one.name];
        one.dispatchEvent(new CustomEvent("stands", { bubbles: true }));
      }
    }
    for (const [key, text] of Object.entries(texts)) {
      const shown = form.querySelector(`[data-text="${CSS.escape(key)}"]`);
      if (shown) shown.textContent = text;
    }
  }

  const waiting = () => [...open].filter(([place]) => !refused.has(place) && !half.has(place)).slice(0, MOST);

  /** Send what waits; true if it arrived. */
  async function send() {
    const sent = new Map(waiting());
    const body = new FormData();
    for (const one of form.elements) {
      const place = one.closest("[data-place]");
      const counts = ticked(one) ? one.checked : one.type !== "submit";
      if (one.name && counts && (!place || sent.has(place))) body.append(one.name, one.value);
    }
    say("saving");
    reason = told.dataset.offline;
    try {
      // A button may be called "action", and stands before the form's own.
      const answer = await fetch(form.getAttribute("action"), {
        method: "POST",
        body,
        keepalive: true,
        signal: AbortSignal.timeout(PATIENCE),
        redirect: "error",
        headers: { "X-Requested-With": "fetch" },
      });
      const said = await answer.json().catch(() => ({}));
      reason = said.error ?? (answer.status === 401 ? told.dataset.signedOut : "");
      if (!answer.ok) throw new Error(answer.status);
      answered(sent, said);
      return true;
    } catch {
      timer = setTimeout(save, AGAIN);
      return false;
    }
  }

  /** Save what is open, until all is or the way is shut. */
  function save() {
    clearTimeout(timer);
    // Cleared by a later turn, also where nothing waits and all is over at once.
    sending ??= sendAll().finally(() => {
      sending = null;
    });
    return sending;
  }

  async function sendAll() {
    while (waiting().length && !going && !left() && (await send()));
    say(open.size > half.size ? "unsaved" : half.size ? "ready" : "saved");
  }

  function changed(event) {
    const place = event.target.closest("[data-place]");
    if (!place) return;
    const typing = event.type === "input" && event.target.type === "text";
    if (event.target.matches("[data-unticks]")) {
      // What was read and found right is not what is typed now.
      const tick = place.querySelector("[type=checkbox]");
      if (typing && tick.checked) half.add(place);
      tick.checked = false;
    }
    if (!typing) half.delete(place);
    open.set(place, (open.get(place) ?? 0) + 1);
    refused.delete(place);
    tellPlace(place, "");
    soon(typing ? WHILE_TYPING : WAIT);
  }

  function soon(wait) {
    clearTimeout(timer);
    if (waiting().length) timer = setTimeout(save, wait);
  }

  /** Go on once all is saved. What could not be saved is asked about by the browser itself. */
  async function first(event, go) {
    if (!open.size || led || going || left()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    half.clear();
    await save();
    led = true;
    go();
    led = false;
  }

  // Whether there is a network the browser only guesses: the server is asked before anything is refused.
  const unsure = () => sending || waiting().length || (navigator.onLine === false && !reached);

  async function reaches() {
    if (navigator.onLine !== false) return true;
    const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    return fetch("/healthz", asked).then(
      () => true,
      () => false,
    );
  }

  /**
   * The form's own button: what waits is saved first, so that nothing is lost where there is no way,
   * and nothing older arrives after it. What is found wrong then is read before anything goes on.
   */
  async function submitted(event) {
    clearTimeout(timer);
    half.clear();
    going = !unsure();
    if (going) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (pressed) return;
    pressed = true;
    const told = wrongs;
    reached = await reaches();
    await save();
    pressed = false;
    if (!open.size && !reached) say("held");
    if (!unsure() && wrongs === told) form.requestSubmit(event.submitter);
    reached = false;
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  // Typed back to what it was, a field is left without a change.
  form.addEventListener("focusout", (event) => {
    if (half.delete(event.target.closest("[data-place]"))) soon(WAIT);
  });
  addEventListener("online", save);
  document.addEventListener("visibilitychange", () => document.hidden && open.size && save());
  addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      const beside = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
      if (!link || beside || link.matches("[data-leave], [download], [target], [href^='#']")) return;
      first(event, () => link.click());
    },
    true,
  );
  addEventListener(
    "submit",
    (event) => {
      if (event.target === form) submitted(event);
      else first(event, () => event.target.requestSubmit(event.submitter));
    },
    true,
  );
  addEventListener("beforeunload", (event) => {
    if (open.size && !going && !left()) event.preventDefault();
  });
  say("ready");
  // What was changed before this script had arrived.
  for (const place of form.querySelectorAll("[data-place]")) {
    const one = controls(place).find(differs);
    if (one) changed({ target: one });
  }
}
