// The register on a desk: arrow keys move between marks, a letter sets one and goes down a row.

const TONES = ["good", "warn", "bad", "quiet", "none"];
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export function enhance(root) {
  const tables = root.matches?.("[data-grid]") ? [root] : root.querySelectorAll("[data-grid]");
  for (const table of tables) if (!table.dataset.ready) prepare(table);
}

function paint(mark) {
  mark.classList.remove(...TONES);
  mark.classList.add(mark.selectedOptions[0]?.dataset.tone ?? "none");
}

function neighbour(table, mark, [down, right]) {
  const cell = mark.closest("td");
  let row = cell.parentElement.rowIndex;
  let column = cell.cellIndex;
  for (;;) {
    row += down;
    column += right;
    const next = table.rows[row]?.cells[column];
    if (!next) return null;
    const found = next.querySelector("select.mark:enabled");
    if (found) return found;
  }
}

function prepare(table) {
  table.dataset.ready = "true";
  table.addEventListener("change", (event) => {
    if (event.target.matches("select.mark")) paint(event.target);
  });
  // What stands on the server: a mark that was made is changed, never taken back to nothing.
  table.addEventListener("stands", (event) => {
    const mark = event.target;
    if (!mark.matches("select.mark")) return;
    if (mark.value) mark.querySelector('option[value=""]')?.remove();
    paint(mark);
  });
  table.addEventListener("keydown", (event) => {
    const mark = event.target;
    if (!mark.matches("select.mark") || event.altKey || event.ctrlKey || event.metaKey) return;
    const move = MOVES[event.key];
    const state = [...mark.options].find(
      (option) => option.value && option.textContent.trim().toLowerCase() === event.key.toLowerCase(),
    );
    if (move) {
      event.preventDefault();
      neighbour(table, mark, move)?.focus();
    } else if (state) {
      event.preventDefault();
      mark.value = state.value;
      mark.dispatchEvent(new Event("change", { bubbles: true }));
      neighbour(table, mark, MOVES.ArrowDown)?.focus();
    }
  });
}
