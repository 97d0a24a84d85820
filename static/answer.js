// The sheet on a phone. What was answered stays here until the server has it: in the page, and in this
// tab under a key that pages have only while the form is open, so that whoever searches the phone's
// disk finds nothing to read. The sheet has a mark of its own: sent twice, it is taken once.
//
// Without this, and without https, the sheet is an ordinary form.

const form = document.querySelector("[data-sheet]");
const says = document.querySelector("[data-says]");
const button = form.querySelector("[type=submit]");
const KEPT = `sheet:${form.dataset.of}`;
const AGAIN = 5000;
const PATIENCE = 20_000;
let sending = false;
let timer = 0;

const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const toBytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const left = () => "left" in document.documentElement.dataset;

async function secret() {
  if (!globalThis.crypto?.subtle) return null;
  return crypto.subtle.importKey("raw", toBytes(form.dataset.key), "AES-GCM", false, ["encrypt", "decrypt"]);
}

function forget() {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // A browser without storage kept nothing.
  }
}

async function keep(key) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const said = [...new FormData(form)].filter(([name]) => name === "sheet" || name === "group" || /^q\d/.test(name));
  const plain = new TextEncoder().encode(JSON.stringify(said).padEnd(4096));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain);
  if (!left()) sessionStorage.setItem(KEPT, JSON.stringify([toText(iv), toText(sealed)]));
}

async function restore(key) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT));
  if (!kept) return;
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: toBytes(kept[0]) }, key, toBytes(kept[1]));
  for (const [name, value] of JSON.parse(new TextDecoder().decode(plain))) {
    const field = form.elements[name];
    if (field && !form.querySelector(`[name="${name}"][type=radio]`)) field.value = value;
    else if (field) for (const one of form.querySelectorAll(`[name="${name}"]`)) one.checked = one.value === value;
  }
}

function say(text, seconds) {
  says.textContent = text;
  clearTimeout(timer);
  if (seconds) timer = setTimeout(send, seconds);
}

function sent() {
  forget();
  form.reset();
  document.querySelector("[data-asking]").remove();
  const thanks = document.querySelector("[data-sent]");
  thanks.hidden = false;
  thanks.focus();
  scrollTo(0, 0);
}

async function send() {
  if (sending || left()) return;
  sending = true;
  button.disabled = true;
  say(says.dataset.sending);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      headers: { "X-Requested-With": "fetch" },
      credentials: "omit",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const told = await answer.json();
    if (told.sent) {
      sent();
      return;
    }
    button.disabled = false;
    if (answer.status >= 500) say(says.dataset.failed, AGAIN);
    else say(told.problem || says.dataset.failed);
  } catch {
    button.disabled = false;
    say(says.dataset.offline, AGAIN);
  } finally {
    sending = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  send();
});
addEventListener("online", () => timer && send());

try {
  const key = await secret();
  if (key) {
    await restore(key).catch(forget);
    form.addEventListener("input", () => keep(key).catch(forget));
  }
} catch {
  // The sheet works without it.
}
