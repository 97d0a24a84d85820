// The register on a phone: counts aloud, says what is not sent yet and keeps it until it is.
// Only row ids and marks are kept, in this tab, and no tap longer than the mark that it changes.
import { announce, fill } from "./announce.js";

// As what each status is counted aloud; its own name is in the label.
const COUNTS = ["present", "late", "absent"];

export function enhance(root) {
  const forms = root.matches?.("[data-register]") ? [root] : root.querySelectorAll("[data-register]");
  for (const form of forms) if (!form.dataset.ready) prepare(form);
}

function unsent(form) {
  return [...form.querySelectorAll(".person")].filter(
    (row) => (row.querySelector("input:checked")?.value ?? "") !== row.dataset.sent,
  );
}

/** What was tapped in a row, and what stood there on the server. */
function tapped(row) {
  const { name, value } = row.querySelector("input:checked");
  return { name, value, stood: row.dataset.status };
}

function prepare(form) {
  form.dataset.ready = "true";
  const key = `register:${form.dataset.register}`;
  const banner = form.querySelector("[data-unsent]");
  const count = form.querySelector("[data-unsent-count]");
  const offline = form.querySelector("[data-offline]");
  let speaking = 0;

  function keep() {
    const rows = unsent(form);
    banner.hidden = rows.length === 0;
    offline.hidden = navigator.onLine !== false;
    count.textContent = rows.length;
    try {
      if (rows.length === 0) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(rows.map(tapped)));
    } catch {
      // Without storage the marks live on the page alone.
    }
  }

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(key));
    } catch {
      return;
    }
    // Row by row: what somebody else did to others meanwhile does not take her taps away.
    for (const { name, value, stood } of Array.isArray(kept) ? kept : []) {
      for (const radio of form.querySelectorAll(".person input")) {
        const row = radio.closest(".person");
        if (radio.name === name && radio.value === value && row.dataset.status === stood) radio.checked = true;
      }
    }
  }

  function say() {
    const chosen = [...form.querySelectorAll(".person input:checked")].map((radio) => radio.dataset.count);
    const tally = Object.fromEntries(
      COUNTS.map((count) => [count, chosen.filter((value) => value === count).length]),
    );
    clearTimeout(speaking);
    // Twenty quick taps should be read as one sum.
    speaking = setTimeout(() => announce(fill(form.dataset.said, tally)), 700);
  }

  form.addEventListener("change", () => {
    keep();
    say();
  });

  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {
      event.preventDefault();
      banner.hidden = false;
      offline.hidden = false;
      announce(banner.innerText.trim());
    }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.matches("[data-leave]") || link.hash || unsent(form).length === 0) return;
    if (!link.dataset.warned) {
      event.preventDefault();
      link.dataset.warned = "true";
      banner.scrollIntoView({ block: "nearest" });
      announce(banner.innerText.trim());
    }
  });

  restore();
  keep();
}
