// The box "Everybody" ticks all of a list, and what was ticked stays while the list is searched or
// turned: the form lies outside of it, and keeps those who are not on the page at hand.
import { fill } from "./announce.js";

export function enhance(root) {
  for (const form of root.querySelectorAll("form[data-ticked]")) prepare(form);
}

const fields = (form, type) =>
  [...form.elements].filter((field) => field.name === "chosen" && field.type === type);

function prepare(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "true";
  const told = form.querySelector("[data-kept]");

  document.addEventListener("change", ({ target }) => {
    if (target.form !== form) return;
    const all = form.elements.namedItem("everybody");
    if (target === all) for (const box of fields(form, "checkbox")) box.checked = all.checked;
    else if (all && target.name === "chosen" && !target.checked) all.checked = false;
  });
  if (!told) return;
  document.addEventListener("htmx:beforeSwap", () => {
    for (const { value } of fields(form, "checkbox").filter((box) => box.checked)) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "chosen", value }));
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const boxes = new Map(fields(form, "checkbox").map((box) => [box.value, box]));
    const kept = fields(form, "hidden").filter((field) => form.contains(field));
    for (const field of kept.filter(({ value }) => boxes.has(value))) {
      boxes.get(field.value).checked = true;
      field.remove();
    }
    const count = kept.filter(({ value }) => !boxes.has(value)).length;
    told.hidden = count === 0;
    told.textContent = fill(told.dataset.kept, { count });
  });
}
