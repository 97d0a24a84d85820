// Copies the value of a field, and prints the page. Both buttons are hidden until this runs.
import { announce } from "./announce.js";

async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    // Without a secure address there is no clipboard: what is selected can be copied by hand.
    field.closest("details")?.setAttribute("open", "");
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  if (!field) return;
  const said = (await copied(field)) ? button.dataset.copied : button.dataset.selected;
  button.firstChild.textContent = said;
  announce(said);
}

export function enhance(root) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  for (const button of root.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
