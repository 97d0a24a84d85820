// Keeps what is being typed into fields with data-keep until the server has accepted it.
// It stays in this tab, belongs to one account, and goes when the person leaves or signs out.

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

function forgetAll() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) || key.startsWith("register:")) sessionStorage.removeItem(key);
  }
}

function start() {
  const owner = body.dataset.owner;
  if (owner) {
    if (sessionStorage.getItem(OWNER) !== owner) forgetAll();
    sessionStorage.setItem(OWNER, owner);
  }

  const fields = new Map(
    [...document.querySelectorAll("[data-keep]")].map((field) => [keyOf(field), field]),
  );
  const cameBack = document.querySelector(".field.wrong, .errors") !== null;
  const notAnswered = body.hasAttribute("data-keeps");

  for (const key of Object.keys(sessionStorage).filter((each) => each.startsWith(PREFIX))) {
    const kept = read(key);
    if (!kept?.sent || notAnswered) continue;
    if (fields.has(key) && cameBack) sessionStorage.setItem(key, JSON.stringify({ ...kept, sent: false }));
    else sessionStorage.removeItem(key);
  }

  if (!owner) return;
  for (const [key, field] of fields) {
    const kept = read(key);
    if (kept && kept.first === field.defaultValue && field.value === field.defaultValue) field.value = kept.text;
    field.addEventListener("input", () => {
      const text = field.value;
      if (text === field.defaultValue) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify({ text, first: field.defaultValue, sent: false }));
    });
    field.form?.addEventListener("submit", () => {
      const now = read(key);
      if (now) sessionStorage.setItem(key, JSON.stringify({ ...now, sent: true }));
    });
  }
}

try {
  start();
} catch {
  // A browser without storage keeps nothing; the page works as before.
}
