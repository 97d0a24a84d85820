// Whether a name shall be written as one is asked only where it is in capitals, in small letters, or
// has its surname first.

const ODD = /(^|\s)[^\s\p{L}]*\p{Lu}{3,}[^\s\p{Ll}]*(\s|$)|^[^\p{Lu}]*\p{Ll}[^\p{Lu}]*$|\p{L}.*,.*\p{L}/u;

export function enhance(root) {
  for (const offer of root.querySelectorAll("[data-capitals]")) {
    const form = offer.closest("form");
    const fields = offer.dataset.capitals.split(" ").map((name) => form.elements[name]);
    const look = () => {
      offer.hidden = !fields.some((field) => ODD.test(field.value)) && !offer.querySelector(":checked");
    };
    for (const field of fields) field.addEventListener("input", look);
    look();
  }
}
