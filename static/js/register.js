// The register on a phone: counts aloud, and keeps each tap in this tab until it is saved (`autosave.js`
// does that), since a phone closes a page to save memory, and asks nobody. Only row ids, marks and the
// versions that were seen are kept.
import { announce, fill } from "./announce.js";

// As what each status is counted aloud; its own name is in the label.
const COUNTS = ["present", "late", "absent"];

export function enhance(root) {
  const forms = root.matches?.("[data-register]") ? [root] : root.querySelectorAll("[data-register]");
  for (const form of forms) if (!form.dataset.counted) prepare(form);
}

const chosen = (row) => row.querySelector("input:checked")?.value ?? "";

function prepare(form) {
  form.dataset.counted = "true";
  const key = `register:${form.dataset.register}`;
  const rows = [...form.querySelectorAll(".person")];
  const rest = form.querySelector("[data-rest]");
  const save = form.querySelector("[value=save]");
  const other = form.querySelector("[value=close]") ?? save;
  // A tap is saved by itself.
  save.hidden = save !== other;
  let speaking = 0;

  /** Say on its button how many have no mark yet; once nobody is left, what follows is the main one. */
  function count() {
    const left = rows.filter((row) => !chosen(row)).length;
    rest.hidden = !left;
    rest.textContent = left === rows.length ? rest.dataset.all : fill(rest.dataset.rest, { count: left });
    other.classList.toggle("main", !left);
  }

  function keep() {
    count();
    // Whoever left keeps nothing.
    if ("left" in document.documentElement.dataset) return;
    const open = rows.filter((row) => chosen(row) && chosen(row) !== row.dataset.sent);
    const kept = open.map((row) => ({
      entry: row.dataset.entry,
      value: chosen(row),
      seen: row.querySelector("[type=hidden]").value,
    }));
    try {
      if (kept.length === 0) sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, JSON.stringify(kept));
    } catch {
      // Without storage the taps live on the page alone.
    }
  }

  function restore() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem(key));
    } catch {
      return;
    }
    for (const { entry, value, seen } of Array.isArray(kept) ? kept : []) {
      const row = rows.find((each) => each.dataset.entry === entry);
      const radio = [...(row?.querySelectorAll("[type=radio]") ?? [])].find((each) => each.value === value);
      if (!radio || row.dataset.status === value) continue;
      radio.checked = true;
      // Whoever marked her otherwise meanwhile is not overwritten: both are told.
      row.querySelector("[type=hidden]").value = seen;
    }
  }

  function say() {
    const counts = rows.map((row) => row.querySelector("input:checked")?.dataset.count);
    const tally = Object.fromEntries(
      COUNTS.map((count) => [count, counts.filter((value) => value === count).length]),
    );
    clearTimeout(speaking);
    // Twenty quick taps should be read as one sum.
    speaking = setTimeout(() => announce(fill(form.dataset.said, tally)), 700);
  }

  form.addEventListener("change", () => {
    keep();
    say();
  });

  // What stands on the server.
  form.addEventListener("stands", ({ target }) => {
    const { dataset } = target.closest(".person");
    if (target.type === "radio") dataset.sent = dataset.status = chosen(target.closest(".person"));
    keep();
  });

  restore();
  keep();
}
