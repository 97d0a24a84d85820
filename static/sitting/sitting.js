// A test on a phone, without an account. Every answer is an operation with an id of its own, and lies
// on this phone until the server has it: sent twice it is kept once, and after a cut, a reload or a
// flat battery the test goes on where it stood. The server decides what counts.
//
// `KEPT` holds all of it; each change reads it anew, so that two tabs do not lose each other's. What
// waits carries whose it is and of which test, so that people can hand one phone on. What the server
// refuses to take from somebody is set aside, so that nobody behind her waits for it.

const KEPT = "sitting";
const AT_ONCE = 50;
const AGAIN = [3000, 5000, 10_000, 30_000]; // milliseconds until the next try, longer each time
const PATIENCE = 20_000;
const NOT_SURE = "?";
// A request that is refused so is refused again, whoever waits behind it.
const REFUSED = [400, 403, 404];
// As long as the server counts what was given in time; then what was set aside is of no use.
const STILL_COUNTS = 2 * 24 * 3_600_000;

const root = document.querySelector("[data-sitting]");
const live = document.querySelector("[data-live]");
const WORDS = JSON.parse(root.dataset.words);
let at = 0; // which question is shown
let shown = "";
let failures = 0;
let timer = 0;
let sending = false;
let camera = null;
let ended = null; // what the page of a closed test tells, once nothing of it is kept

// --- What is kept -----------------------------------------------------------------------------

function kept() {
  try {
    return { queue: [], aside: [], ...JSON.parse(localStorage.getItem(KEPT)) };
  } catch {
    return { queue: [], aside: [] };
  }
}

/** Change what is kept, whatever another tab kept meanwhile; false if this phone keeps nothing. */
function keep(change) {
  const state = kept();
  change(state);
  if ("left" in document.documentElement.dataset) return false;
  try {
    localStorage.setItem(KEPT, JSON.stringify(state));
    return true;
  } catch {
    return false;
  }
}

function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const language = () => {
  const wanted = [kept().language, ...navigator.languages.map((one) => one.split("-")[0])];
  return wanted.find((one) => WORDS[one]) || Object.keys(WORDS)[0];
};
const say = (key, values = {}) =>
  (WORDS[language()][key] || key).replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
const text = (texts) => texts[language()] || texts[Object.keys(texts)[0]] || "";
const isOpen = (state) => state.test && Date.now() < state.closes;
const hers = (state, items) => items.filter((one) => state.ticket && one.of.ticket === state.ticket);
const allSent = (state) => !hers(state, [...state.queue, ...state.aside]).length;

/** Forget a person: all but what waits, and the language. */
function forget(state) {
  for (const name of Object.keys(state)) if (!["queue", "aside", "language", "device"].includes(name)) delete state[name];
}

/** Try anew what was set aside: somebody may stand on the register again. */
function tryAgain(state) {
  const inTime = (one) => Date.now() < one.closes + STILL_COUNTS;
  state.late = (state.late || 0) + hers(state, state.aside).filter((one) => !inTime(one)).length;
  state.queue.push(...state.aside.filter(inTime));
  state.aside = [];
}

// --- Drawing ----------------------------------------------------------------------------------

function make(tag, attributes = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

const button = (label, onclick, main = false) =>
  make("button", { type: "button", class: main ? "btn main" : "btn", onclick }, label);

function show(...inside) {
  root.replaceChildren(tongues(), ...inside.filter(Boolean));
  document.documentElement.lang = language();
  document.querySelector("[data-leave]").textContent = say("leave");
}

function tongues() {
  const codes = Object.keys(WORDS);
  const choose = (code) => () => {
    keep((state) => (state.language = code));
    draw();
  };
  const links = codes.map((code) => {
    const one = button(WORDS[code].itself, choose(code));
    if (code === language()) one.setAttribute("aria-pressed", "true");
    one.lang = code;
    return one;
  });
  return codes.length > 1 ? make("p", { class: "tongues" }, ...links) : make("p");
}

function draw() {
  const now = kept();
  const state = now.test ? now : ended || now;
  shown = !state.test ? "door" : !isOpen(state) ? "closed" : !state.finished && at < state.questions.length ? "question" : "end";
  return { door: drawDoor, closed: drawClosed, question: drawQuestion, end: drawEnd }[shown](state);
}

/** What stands below every page: what lies here and what the server has. */
function standing(state) {
  const refused = hers(state, state.aside).length;
  if (refused) return make("p", { class: "standing waits", role: "status", "data-standing": "refused" }, say("refused", { count: refused }));
  const waits = state.queue.length;
  const tone = waits ? "waits" : "sent";
  const words = waits ? say("saved_here", { count: waits }) : state.sent && !state.late ? say("all_sent") : "";
  return make("p", { class: `standing ${tone}`, role: "status", "data-standing": tone }, words);
}

function drawDoor(state, problem = "") {
  const hall = make("input", { id: "hall", name: "hall", value: state.hall || "", maxlength: 12, required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const badge = make("input", { id: "badge", name: "badge", value: state.badge || "", maxlength: 40, required: true, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const video = make("video", { hidden: true });
  const form = make(
    "form",
    { autocomplete: "off", novalidate: true, onsubmit: (event) => openTest(event, hall.value, badge.value) },
    make("label", { for: "hall" }, say("hall")),
    hall,
    make("label", { for: "badge" }, say("badge")),
    badge,
    video,
    navigator.mediaDevices && isSecureContext ? button(say("scan"), () => scan(video, badge)) : null,
    problem ? make("p", { class: "wrong", role: "alert" }, problem) : null,
    make("p", {}, make("button", { class: "btn main" }, say("open"))),
  );
  show(make("h1", {}, say("title")), make("p", { class: "lead" }, say("lead")), form, make("p", {}, say("promise")));
}

async function scan(video, badge) {
  const { startScanner } = await import("../js/scanner.js");
  camera = new AbortController();
  video.hidden = false;
  const found = (read) => {
    badge.value = read;
    video.hidden = true;
    camera.abort();
  };
  await startScanner(video, found, { signal: camera.signal }).catch(() => {
    video.hidden = true;
    badge.focus();
  });
}

function drawQuestion(state) {
  const question = state.questions[at];
  const given = state.answers[question.id] || { chosen: [], text: "" };
  const body = question.kind === "short_text" ? writing(question, given) : choosing(question, given);
  const last = at + 1 === state.questions.length;
  show(
    make("p", { class: "muted" }, say("place", { at: at + 1, all: state.questions.length })),
    make("h1", { class: "question", tabindex: "-1" }, text(question.text)),
    body,
    standing(state),
    make(
      "p",
      { class: "turn" },
      at ? button(say("back"), () => go(at - 1)) : null,
      button(last ? say("finish") : say("next"), () => go(at + 1), true),
    ),
  );
}

function go(place) {
  // Words that were typed a moment ago are kept before the page is turned.
  root.querySelector("textarea")?.dispatchEvent(new Event("change"));
  at = place;
  keep((state) => (state.place = place));
  draw();
  scrollTo(0, 0);
  root.querySelector("h1")?.focus();
}

function choosing(question, given) {
  const many = question.kind === "multiple";
  const picks = question.choices.map(([key, words]) => {
    const input = make("input", { type: many ? "checkbox" : "radio", name: "choice", value: key });
    input.checked = given.chosen.includes(key);
    input.addEventListener("change", () => {
      const ticked = [...root.querySelectorAll("[name=choice]:checked")].map((one) => one.value);
      // "Not sure" stands alone.
      const alone = many && key === NOT_SURE && input.checked;
      answer(question.id, alone ? [NOT_SURE] : ticked.filter((one) => one !== NOT_SURE || key === NOT_SURE), "");
    });
    return make("label", { class: "pick box" }, input, make("span", {}, words[language()] ?? text(words)));
  });
  return make("fieldset", {}, make("legend", { class: "hush" }, many ? say("several") : say("one")), many ? make("p", {}, say("several")) : null, ...picks);
}

function writing(question, given) {
  const area = make("textarea", { rows: 4, maxlength: 300, autocomplete: "off", spellcheck: "false", "aria-label": text(question.text) });
  area.value = given.text;
  let pause = 0;
  const save = () => {
    clearTimeout(pause);
    const words = area.value.trim();
    if (words !== (kept().answers?.[question.id]?.text ?? "")) answer(question.id, [], words);
  };
  // By its look alone: what is on record is never asked, so that this tells nobody who is.
  const hint = make("p", { class: "wrong", role: "status" });
  const look = () => {
    hint.textContent = /[^\s.!?:;]\s+\p{Lu}\p{Ll}|(\d[ -]?){7}/u.test(area.value) ? say("name_hint") : "";
  };
  look();
  area.addEventListener("input", () => {
    look();
    clearTimeout(pause);
    pause = setTimeout(save, 1000);
  });
  area.addEventListener("change", save);
  return make("div", {}, make("p", {}, say("own_words")), area, hint);
}

function drawEnd(state) {
  const done = (state.questions || []).filter((one) => state.done.includes(one.id)).length;
  const counted = state.finished || { done, all: state.questions.length };
  // A phone that is handed on tells nobody what she answered, once the server has it.
  const finished = allSent(state);
  if (finished && !state.finished)
    keep((now) => {
      for (const name of ["ticket", "entry", "questions", "answers", "done"]) delete now[name];
      now.finished = counted;
    });
  show(
    make("h1", { tabindex: "-1" }, say("end")),
    make("p", { class: "lead" }, say("answered", counted)),
    standing(state),
    hers(state, state.aside).length ? null : make("p", {}, state.queue.length ? say("keep_open") : say("may_close")),
    make(
      "p",
      { class: "turn" },
      finished ? button(say("change"), handOn) : button(say("look_again"), () => go(0)),
      button(say("another"), handOn),
    ),
  );
}

function drawClosed(state) {
  const waits = state.queue.length;
  show(
    make("h1", {}, say("closed")),
    standing(state),
    state.late ? make("p", { class: "wrong" }, say("late", { count: state.late })) : null,
    hers(state, state.aside).length ? null : make("p", {}, waits ? say("keep_open") : say("over")),
    make("p", {}, button(say("another"), handOn)),
  );
  // Nothing that was asked or answered stays on a phone that others may hold.
  if (!waits && allSent(state)) {
    ended = state;
    keep(forget);
  } else if (state.questions?.length) keep((now) => Object.assign(now, { questions: [], answers: {} }));
}

/** Let somebody else answer on this phone; what waits to be sent stays. */
function handOn() {
  keep((state) => {
    const { hall } = state;
    forget(state);
    state.hall = hall;
  });
  ended = null;
  at = 0;
  draw();
}

// --- Opening, answering, sending --------------------------------------------------------------

async function post(path, values) {
  const ending = new AbortController();
  const over = setTimeout(() => ending.abort(), PATIENCE);
  try {
    const answered = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ language: language(), ...values }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      keepalive: true,
      signal: ending.signal,
    });
    return { status: answered.status, said: await answered.json() };
  } finally {
    clearTimeout(over);
  }
}

async function openTest(event, hall, badge) {
  event.preventDefault();
  camera?.abort();
  keep((state) => Object.assign(state, { hall, badge }));
  let found;
  try {
    found = await post("/t/open", { hall, badge });
  } catch {
    return drawDoor(kept(), say("no_network"));
  }
  if (found.status !== 200) return drawDoor(kept(), found.said.problem || say("no_network"));
  const held = keep((state) => {
    const same = state.test === found.said.test && state.entry === found.said.entry;
    delete state.finished;
    tryAgain(state);
    Object.assign(state, found.said, {
      closes: Date.now() + 1000 * found.said.seconds,
      device: state.device || newId(),
      answers: (same && state.answers) || {},
      done: [...new Set([...found.said.done, ...((same && state.done) || [])])],
      sent: (same && state.sent) || 0,
      late: 0,
      badge: "",
      place: 0,
    });
  });
  if (!held) return drawDoor({ hall, badge }, say("no_storage"));
  at = 0;
  draw();
  return send();
}

function answer(question, chosen, words) {
  const held = keep((state) => {
    state.answers[question] = { chosen, text: words };
    state.done = state.done.filter((one) => one !== question);
    if (chosen.length || words) state.done.push(question);
    const { test, entry, ticket } = state;
    const item = { op: newId(), q: question, chosen, text: words, at: Date.now() };
    state.queue.push({ of: { test, entry, ticket }, item, closes: state.closes });
  });
  if (!held) live.textContent = say("no_storage");
  tell();
  send();
}

/** Say anew what is saved and sent, without drawing what somebody is typing in. */
function tell() {
  const state = kept();
  const line = root.querySelector("[data-standing]");
  if (state.test && line) line.replaceWith(standing(state));
}

async function send() {
  clearTimeout(timer);
  const state = kept();
  if (sending || !state.queue.length) return;
  sending = true;
  try {
    const { of } = state.queue[0];
    const items = state.queue.filter((one) => one.of.ticket === of.ticket).slice(0, AT_ONCE).map((one) => one.item);
    const found = await post("/t/answers", { ...of, device: state.device, sent_at: Date.now(), items });
    const refused = REFUSED.includes(found.status);
    if (found.status !== 200 && !refused) throw new Error("not taken");
    failures = 0;
    keep((now) => {
      if (refused) {
        now.aside.push(...now.queue.filter((one) => one.of.ticket === of.ticket));
        now.queue = now.queue.filter((one) => one.of.ticket !== of.ticket);
        return;
      }
      const replies = found.said.replies;
      now.queue = now.queue.filter((one) => !(one.item.op in replies));
      if (now.ticket !== of.ticket) return;
      const count = (word) => Object.values(replies).filter((one) => one === word).length;
      now.sent = (now.sent || 0) + count("kept");
      now.late = (now.late || 0) + count("late") + count("refused");
      now.closes = Date.now() + 1000 * found.said.seconds;
    });
  } catch {
    failures += 1;
  } finally {
    sending = false;
  }
  tell();
  const left = kept();
  if (left.queue.length) timer = setTimeout(send, failures ? AGAIN[Math.min(failures, AGAIN.length) - 1] : 0);
  else if (shown === "end" || shown === "closed") draw();
}

/** The test closes at its time, whatever is on the screen. */
function watch() {
  const state = kept();
  if (state.test && !isOpen(state) && shown !== "closed") draw();
  setTimeout(watch, 1000);
}

// --- Beginning --------------------------------------------------------------------------------

const scanned = location.hash.slice(1, 13).replace(/[^0-9A-Za-z-]/g, "");
at = kept().place || 0;
if (kept().aside.length) keep(tryAgain);
// It stays in no address that somebody could look up on this phone.
if (scanned) history.replaceState(null, "", location.pathname);
if (scanned && kept().hall !== scanned) {
  keep((state) => (state.hall = scanned));
  handOn();
} else draw();
send();
watch();
addEventListener("online", send);
addEventListener("storage", draw);
document.addEventListener("visibilitychange", () => document.hidden || send());
// Whoever leaves at once leaves nothing here: what waits goes on its way before.
document.querySelector("[data-leave]")?.addEventListener("click", () => send(), { capture: true });
if (navigator.serviceWorker && isSecureContext) navigator.serviceWorker.register("/t/sw.js", { scope: "/t/" }).catch(() => undefined);
