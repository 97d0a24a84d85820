// A short word that something went well. It stays until the next page or until it is pushed aside.
import { announce } from "./announce.js";

export function toast(text) {
  document.querySelector(".toast.floating")?.remove();
  const box = document.createElement("div");
  box.className = "toast floating";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  document.body.append(box);
  announce(text);
  box.addEventListener("click", () => box.remove());
  return box;
}
