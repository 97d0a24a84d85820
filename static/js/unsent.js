// Ticks and words that were not sent yet: whoever follows a name or turns away is asked first.
// `data-unsent` on a form; ="yes" if what it was opened with was never sent either. Leaving at once
// asks nobody.

const differs = (one) =>
  one.checked !== one.defaultChecked ||
  (!["hidden", "search"].includes(one.type) && one.value !== one.defaultValue);

// Also what stands elsewhere on the page and belongs to the form.
const typedInto = (form) => [...form.elements].filter((one) => one.matches("input, textarea"));

export function enhance(root) {
  for (const form of root.querySelectorAll("form[data-unsent]")) if (!form.dataset.ready) prepare(form);
}

function prepare(form) {
  form.dataset.ready = "true";
  let going = false;
  addEventListener("submit", (event) => {
    // Also a form beside it, such as a search that keeps what is ticked; another language keeps
    // nothing.
    going = !event.defaultPrevented && !event.target.closest("header");
  });
  addEventListener("beforeunload", (event) => {
    const left = "left" in document.documentElement.dataset;
    const open = form.dataset.unsent === "yes" || typedInto(form).some(differs);
    if (open && !going && !left) event.preventDefault();
  });
}
