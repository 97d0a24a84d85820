// Signatures entered beside a sheet's picture: arrow keys move from tick to tick.

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

for (const table of document.querySelectorAll("[data-ticks]")) {
  table.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    const cell = event.target.closest("td");
    if (!move || !cell || event.altKey || event.ctrlKey || event.metaKey) return;
    const row = table.rows[cell.parentElement.rowIndex + move[0]];
    const next = row?.cells[cell.cellIndex + move[1]]?.querySelector("input");
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
