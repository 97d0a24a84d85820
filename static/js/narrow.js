// Search and filter over the rows of a register that are on this page. What is hidden is still sent.
import { announce } from "./announce.js";
import { isShown } from "./narrowing.js";

export function enhance(root) {
  const bars = root.matches?.("[data-narrow]") ? [root] : root.querySelectorAll("[data-narrow]");
  for (const bar of bars) if (bar.hidden) prepare(bar);
}

/** The mark of a row: the one just tapped, else the one that is saved. */
function statusOf(row) {
  const chosen = row.querySelector("input:checked");
  return chosen && chosen.value !== row.dataset.sent ? chosen.value : row.dataset.status;
}

function prepare(bar) {
  const rows = [...document.getElementById(bar.dataset.narrow).querySelectorAll("[data-who]")];
  const search = bar.querySelector("input");
  const show = bar.querySelector("select");
  const nobody = bar.nextElementSibling;
  bar.hidden = false;

  function narrow() {
    let found = 0;
    for (const row of rows) {
      const { who: name, short: code } = row.dataset;
      row.hidden = !isShown({ name, code, status: statusOf(row) }, search.value, show ? show.value : "");
      if (!row.hidden) found += 1;
    }
    nobody.hidden = found > 0;
    if (!found) announce(nobody.textContent.trim());
  }

  search.addEventListener("input", narrow);
  show?.addEventListener("change", narrow);
  // The key Enter would send the marks.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
