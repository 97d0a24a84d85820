// Keeps the code of an unfinished report on this phone until it is sent. Nothing that was answered
// is ever kept here, and nothing of a receipt. A mediator's answer is sent in the same way.

const DRAFT = "note";
// Where an earlier version kept a receipt.
const FORMER = "note-done";

function read(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

function write(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
    return true;
  } catch {
    // A browser that refuses storage: the code is on the page, to be written down.
    return false;
  }
}

// --- What a page has, done anew for each that comes ----------------------------------------------

function prepare() {
  const draft = document.querySelector("form[data-code]");
  if (draft) write(DRAFT, draft.dataset.code);

  const told = document.querySelector("[data-codes]");
  if (told && told.dataset.codes) write(DRAFT, "");

  const goOn = document.querySelector("[data-go-on]");
  if (goOn && read(DRAFT)) {
    goOn.elements.code.value = read(DRAFT);
    goOn.hidden = false;
  }
  if (read(FORMER)) write(FORMER, "");
}

// --- From step to step without a new page --------------------------------------------------------
// So that what was typed stays when the network is gone, and the phone's own way back leads to the
// step before instead of asking whether to send again.

// What there was no network for is tried again by itself, so often and as soon as there is one.
const AGAIN = 5000;
const PATIENCE = 30_000;

let busy = false;
let unsent = null;
let timer = 0;

function show(text) {
  const next = new DOMParser().parseFromString(text, "text/html");
  const main = next.querySelector("main");
  if (!main) return false;
  // Once a report was begun nothing leads away from it.
  for (const way of ["nav.bar", "footer.foot"]) {
    const there = next.querySelector(way);
    if (there) document.querySelector(way)?.replaceWith(there);
    else document.querySelector(way)?.remove();
  }
  document.documentElement.lang = next.documentElement.lang;
  document.querySelector("main").replaceWith(main);
  prepare();
  scrollTo(0, 0);
  (main.querySelector("[data-errors]") || main).focus({ preventScroll: true });
  return true;
}

async function send(form, button) {
  const data = new FormData(form, button);
  let refused = false;
  busy = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(data),
      credentials: "same-origin",
      // A phone that is too old for it waits as long as its browser does.
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    // Broken, or what stands before the programme answers for it: that page says nothing of a
    // report, and would come in the place of what was typed.
    refused = answer.status >= 500;
    if (refused) throw new Error(`answer ${answer.status}`);
    const text = await answer.text();
    // She left meanwhile: nothing is shown, nor kept, any more.
    if ("left" in document.documentElement.dataset) return false;
    // Where an answer leads back to its own page, what it says stands there once.
    const stays = !answer.redirected || new URL(answer.url).pathname === location.pathname;
    if (!stays || !show(text)) location.assign(answer.url);
    return true;
  } catch {
    tell(form, button, refused ? 1 : 0);
    if (!refused) {
      unsent = [form, button];
      timer = setTimeout(again, AGAIN);
    }
    return false;
  } finally {
    busy = false;
  }
}

/** Say beside the button that was pressed, or the field that was typed in, why nothing was sent: by
 * the number of the sentence. */
function tell(form, button, which) {
  const around = form.closest("[data-brief]") || form;
  const said = around.querySelector("[data-not-sent]");
  if (!said) return;
  said.hidden = false;
  said.querySelectorAll("p").forEach((sentence, place) => (sentence.hidden = place !== which));
  const beside = button?.closest(".actions, .send-now, .held-answers, .answered, details");
  const place = beside || document.activeElement?.closest(".field");
  if (place && around.contains(place)) place.before(said);
  said.scrollIntoView({ block: "nearest" });
}

async function go(form, button) {
  clearTimeout(timer);
  unsent = null;
  const went = button && button.value;
  if ((await send(form, button)) && went !== "back") history.pushState(null, "");
}

function again() {
  const [form, button] = unsent ?? [];
  if (!form || busy || "left" in document.documentElement.dataset) return;
  if (form.isConnected) go(form, button);
}

addEventListener("online", again);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-code], [data-sent], [data-start], [data-brief] form")) return;
  event.preventDefault();
  // A second touch sends nothing twice, and is told so.
  if (!busy) go(form, event.submitter);
  else tell(form, event.submitter, 2);
});

// What medicine helps, and for how long, stands there as soon as an act is ticked that needs it.
document.addEventListener("change", ({ target }) => {
  const hours = target.name === "acts" && target.form.querySelector("[data-hours]");
  if (!hours) return;
  const acts = hours.dataset.hours.split(" ");
  hours.hidden = !acts.some((act) => target.form.querySelector(`[name=acts][value=${act}]`).checked);
});

addEventListener("popstate", () => {
  // The word is followed by the code, which is shown only once: nobody leaves by mistake.
  if (document.querySelector("form[data-sent]")) {
    history.pushState(null, "");
    return;
  }
  const form = document.querySelector("form[data-code]");
  const back = form && form.querySelector("button[value=back]");
  // Not loaded again: that would ask whether to send the last step once more.
  if (!back) location.replace(location.pathname);
  else if (!busy) {
    clearTimeout(timer);
    unsent = null;
    send(form, back);
  }
});

prepare();
