// Badges at the door: each code that comes before the camera is sent, and the answer is shown, heard
// and felt. Typed codes go the same way; without this script the form is an ordinary one.

import { startScanner } from "./scanner.js";
import { allowSound, signal } from "./signals.js";

const door = document.querySelector("[data-door]");
const video = door.querySelector("video");
const came = door.querySelector("[data-came]");
const name = door.querySelector("[data-came-name]");
const text = door.querySelector("[data-came-text]");
const here = door.querySelector("[data-here]");
const start = door.querySelector("[data-start]");
const form = door.querySelector("[data-typed]");

let sending = Promise.resolve();

function show(tone, who, what) {
  came.classList.remove("good", "warn", "bad");
  came.classList.add(tone);
  name.textContent = who;
  text.textContent = what;
  signal(tone);
}

/** Send a code; whether it was answered. */
async function send(code) {
  const body = new FormData(form);
  body.set("code", code);
  try {
    const answer = await fetch(location.pathname, {
      method: "POST",
      body,
      headers: { "X-Requested-With": "fetch" },
    });
    const said = await answer.json();
    if (!answer.ok) {
      show("bad", "", answer.status === 401 ? door.dataset.ended : said.error || door.dataset.offline);
      return false;
    }
    here.textContent = said.here;
    show(said.tone, said.name + (said.group ? ` (${said.group})` : ""), said.text);
    return true;
  } catch {
    show("bad", "", door.dataset.offline);
    return false;
  }
}

// One after the other, so that answers come in the order of the badges.
function queue(code) {
  sending = sending.then(() => send(code));
  return sending;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = form.elements.code;
  const typed = field.value;
  field.value = "";
  field.focus();
  // What was not sent need not be typed again.
  if (!(await queue(typed)) && !field.value) field.value = typed;
});

start.hidden = false;
start.addEventListener("click", async () => {
  allowSound();
  try {
    video.hidden = false;
    start.hidden = true;
    await startScanner(video, queue);
  } catch (error) {
    video.hidden = true;
    start.hidden = false;
    const why = { NotAllowedError: "refused", NotSupportedError: "unsafe" }[error.name];
    text.textContent = door.dataset[why ?? "missing"];
  }
});
