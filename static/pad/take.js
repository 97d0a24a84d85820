// Takes a register along: makes the phone's own key, asks for the grant, has the pad's files kept,
// and puts the register under the PIN. Runs on the page of the workshop.

import { signingPair } from "./keys.js";
import { hold } from "./register.js";
import { all, forgetPads, get, put, queueOf } from "./store.js";

const SHORTEST = 6;
const form = document.querySelector("[data-take]");
const box = document.querySelector("[data-take-says]");
const pin = document.getElementById("pin");
const again = document.getElementById("again");

function say(what) {
  box.hidden = false;
  box.querySelector("p").textContent = what;
  box.focus();
}

function wrong(field, text) {
  const error = document.getElementById(`${field.id}-error`);
  error.textContent = text;
  error.hidden = !text;
  field.closest(".field").classList.toggle("wrong", Boolean(text));
  if (text) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

function easy(digits) {
  const steps = [...digits].slice(1).map((digit, place) => digit.charCodeAt(0) - digits.charCodeAt(place));
  return new Set(steps).size === 1 && Math.abs(steps[0]) <= 1;
}

function checked() {
  const first = !/^\d+$/.test(pin.value) || pin.value.length < SHORTEST ? form.dataset.short : easy(pin.value) ? form.dataset.easy : "";
  const second = first || pin.value === again.value ? "" : form.dataset.differs;
  wrong(pin, first);
  wrong(again, second);
  if (first) pin.focus();
  else if (second) again.focus();
  return !first && !second;
}

function device() {
  const agent = navigator.userAgent;
  const browser = /Firefox\//.test(agent) ? "Firefox" : /Edg\//.test(agent) ? "Edge" : /Chrome\//.test(agent) ? "Chrome" : "Safari";
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : "";
  return `${browser} ${system}`.trim();
}

/** The pad of this phone whose time is over and whose queue is still here, if any. */
async function unfinished() {
  for (const pad of (await all("pads")).reverse()) {
    const over = pad.state === "ended" || Date.parse(pad.ends) < Date.now();
    if (over && !pad.adopter && (await queueOf(pad.pad, 1)).length) return pad.pad;
  }
  return "";
}

async function kept() {
  await navigator.serviceWorker.register("/pad/sw.js", { scope: "/pad/" });
  const registration = await navigator.serviceWorker.getRegistration("/pad/");
  const worker = registration.installing || registration.waiting;
  if (registration.active || !worker) return registration;
  await new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve();
      if (worker.state === "redundant") reject(new Error("not kept"));
    });
  });
  return registration;
}

function grantFor(jwk, continues) {
  return fetch(form.dataset.take, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content,
      "X-Requested-With": "fetch",
    },
    body: JSON.stringify({ signing_key: jwk, label: device(), ...(continues && { continues }) }),
  });
}

async function take() {
  const { key, jwk } = await signingPair();
  let continues = await unfinished();
  let answer = await grantFor(jwk, continues);
  if (answer.status === 409 && continues) {
    // Somebody else's, or another register's: it stays here, and can be saved as a file.
    continues = "";
    answer = await grantFor(jwk, "");
  }
  if (answer.status === 401 || answer.redirected) return say(form.dataset.signedOut);
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({}));
    return say(said.sentence || form.dataset.refused);
  }
  const grant = await answer.json();
  const { active } = await kept();
  const opens = await hold({ ...grant, continues }, pin.value, key);
  // The PIN was typed: the pad opens with it, by what its worker remembers for a moment.
  active?.postMessage({ pad: grant.pad, key: opens });
  await forgetPads();
  // Phones speak English to many who read Kiswahili here: the pad goes on in the site's language,
  // until another is chosen on it.
  if (!(await get("facts", "language"))) await put("facts", document.documentElement.lang, "language");
  pin.value = again.value = "";
  location.assign(form.dataset.home);
  return undefined;
}

async function begin() {
  if (!isSecureContext) return say(form.dataset.noHttps);
  if (!navigator.serviceWorker || !window.indexedDB || !crypto.subtle) return say(form.dataset.old);
  try {
    document.querySelector("[data-other-register]").hidden = !(await get("held", "register"));
  } catch {
    return say(form.dataset.old);
  }
  // After its last day a register is taken only to send what an earlier one left here.
  if (form.dataset.over && !(await unfinished())) return say(form.dataset.over);
  form.hidden = false;
  const button = form.querySelector("[type=submit]");
  const words = button.textContent;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled || !checked()) return;
    box.hidden = true;
    button.disabled = true;
    button.textContent = form.dataset.busy;
    try {
      await take();
    } catch (problem) {
      say(problem instanceof TypeError ? form.dataset.offline : form.dataset.refused);
    }
    button.disabled = false;
    button.textContent = words;
  });
  return undefined;
}

begin();
