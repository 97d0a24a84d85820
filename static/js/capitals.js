// Whether names in capitals shall be written as names is asked only where one is in capitals.

const SHOUTED = /(^|\s)[^\s\p{L}]*\p{Lu}{3,}[^\s\p{Ll}]*(\s|$)/u;

export function enhance(root) {
  for (const offer of root.querySelectorAll("[data-capitals]")) {
    const form = offer.closest("form");
    const fields = offer.dataset.capitals.split(" ").map((name) => form.elements[name]);
    const look = () => {
      offer.hidden = !fields.some((field) => SHOUTED.test(field.value)) && !offer.querySelector(":checked");
    };
    for (const field of fields) field.addEventListener("input", look);
    look();
  }
}
