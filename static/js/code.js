// A code that is typed from paper: shown in groups as they were written, each told as it is typed.
// data-code="12:4" is how many signs there are and how many stand in a group; data-code-mark is what
// stands between groups, data-code-case "upper" or "lower". The server reads it without any of this.
import { fill } from "./announce.js";

const SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const READ_AS = { O: "0", I: "1", L: "1", U: "V" };

function parts(field, signs, size) {
  const plain = [...signs.toUpperCase()].map((sign) => READ_AS[sign] ?? sign);
  const shown = plain.map((sign) => (field.dataset.codeCase === "lower" ? sign.toLowerCase() : sign));
  const groups = [];
  for (let start = 0; start < plain.length; start += size) {
    const group = plain.slice(start, start + size);
    groups.push({
      text: shown.slice(start, start + size).join(""),
      state: group.some((sign) => !SIGNS.includes(sign)) ? "wrong" : group.length < size ? "short" : "good",
    });
  }
  return groups;
}

function follow(field) {
  const [length, size] = field.dataset.code.split(":").map(Number);
  const mark = field.dataset.codeMark ?? "-";
  const told = document.createElement("p");
  told.className = "code-groups num";
  told.setAttribute("aria-live", "polite");
  field.after(told);

  const tell = (event) => {
    // An address, a word or six digits of an app is left as it is.
    const plain = field.value.replace(/[\s-]/g, "");
    told.replaceChildren();
    if (!plain || /[/:#@?]/.test(plain) || (field.dataset.codeOr && plain.length <= Number(field.dataset.codeOr))) return;
    const groups = parts(field, plain, size);
    // While a phone's keyboard composes a word, its text must not change under it.
    const atEnd = event?.type === "change" || field.selectionStart === field.value.length;
    if (atEnd && !event?.isComposing && plain.length <= length) field.value = groups.map((group) => group.text).join(mark);
    const wrong = groups.findIndex((group) => group.state === "wrong");
    let text = fill(field.dataset.codeDone, { done: groups.filter((group) => group.state === "good").length, all: Math.ceil(length / size) });
    if (wrong >= 0) text = fill(field.dataset.codeWrong, { group: wrong + 1, text: groups[wrong].text });
    else if (plain.length > length) text = fill(field.dataset.codeLong, { length });
    told.textContent = text;
    told.dataset.state = wrong >= 0 || plain.length > length ? "wrong" : plain.length === length ? "good" : "";
  };
  field.addEventListener("input", tell);
  field.addEventListener("change", tell);
  tell();
}

export function enhance(root) {
  for (const field of root.querySelectorAll("input[data-code]")) follow(field);
}
