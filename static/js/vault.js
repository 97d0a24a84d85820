// The open vault: how long it is open, and that somebody who types is using it.

const STRIP = "[data-vault]";
const EVERY = 15_000;
const USED_EVERY = 60_000;

function fetched(address, method) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  return fetch(address, {
    method,
    headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" },
  }).then((answer) => (answer.ok ? answer.json() : { open: false, seconds: 0 }));
}

function follow(strip) {
  const time = strip.querySelector("[data-vault-time]");
  let ends = Date.now() + Number(strip.dataset.vault) * 1000;
  let usedAt = Date.now();
  let used = false;

  function closed() {
    clearInterval(timer);
    strip.dataset.shut = "";
    document.documentElement.dataset.vaultShut = "";
    const link = document.createElement("a");
    link.href = strip.dataset.open;
    link.textContent = strip.dataset.openLabel;
    strip.querySelector("p span").textContent = strip.dataset.closed;
    strip.querySelector("form").replaceWith(link);
    const live = document.querySelector("#live");
    if (live) live.textContent = strip.dataset.closed;
  }

  async function ask(address, method) {
    try {
      const { open, seconds } = await fetched(address, method);
      if (!open) return closed();
      ends = Date.now() + seconds * 1000;
      show();
    } catch {
      // No network: what is known is counted on, and asked for again.
      if (Date.now() > ends) closed();
    }
  }

  function show() {
    const minutes = Math.max(1, Math.ceil((ends - Date.now()) / 60_000));
    time.textContent = strip.dataset.minutes.replace("{}", minutes);
  }

  function tick() {
    if (used && Date.now() - usedAt > USED_EVERY) {
      used = false;
      usedAt = Date.now();
      ask(strip.dataset.used, "POST");
    } else if (Date.now() > ends) {
      ask(strip.dataset.state, "GET");
    } else {
      show();
    }
  }

  document.addEventListener("input", () => (used = true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") tick();
  });
  const timer = setInterval(tick, EVERY);
  show();
}

// New keys go on being made while the page is open.
async function rotate(form) {
  const bar = form.querySelector("progress");
  const shown = form.querySelector("[data-left]");
  form.querySelector("button").hidden = true;
  for (;;) {
    const answer = await fetched(form.action, "POST").catch(() => null);
    if (!answer || answer.left === undefined) {
      form.querySelector("button").hidden = false;
      return;
    }
    shown.textContent = answer.left;
    bar.value = bar.max - answer.left;
    if (answer.left === 0) {
      location.reload();
      return;
    }
  }
}

export function enhance(root) {
  for (const form of root.querySelectorAll("[data-rotation]")) rotate(form);
  for (const strip of root.querySelectorAll(STRIP)) follow(strip);
}
