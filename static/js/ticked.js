// The box "Everybody" ticks all of a list, and what was ticked stays while the list is searched or
// turned: the form lies outside of it, and keeps those who are not on the page at hand.

export function enhance(root) {
  for (const form of root.querySelectorAll("form[data-ticked]")) prepare(form);
}

const fields = (form, type) =>
  [...form.elements].filter((field) => field.name === "chosen" && field.type === type);

function prepare(form) {
  document.addEventListener("change", ({ target }) => {
    if (target.form !== form) return;
    const all = form.elements.namedItem("everybody");
    if (target === all) for (const box of fields(form, "checkbox")) box.checked = all.checked;
    else if (all && target.name === "chosen" && !target.checked) all.checked = false;
  });
  document.addEventListener("htmx:beforeSwap", () => {
    for (const box of fields(form, "checkbox").filter((each) => each.checked)) {
      const kept = Object.assign(document.createElement("input"), { type: "hidden", name: "chosen", value: box.value });
      if (!form.contains(box)) form.append(kept);
    }
  });
  document.addEventListener("htmx:afterSettle", () => {
    const boxes = new Map(fields(form, "checkbox").map((box) => [box.value, box]));
    for (const kept of fields(form, "hidden").filter((each) => boxes.has(each.value))) {
      boxes.get(kept.value).checked = true;
      kept.remove();
    }
  });
}
