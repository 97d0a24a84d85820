// Makes elements. Texts are set as text, never as markup.

const ICONS = {
  wifi: "M3 3l18 18M5 12a10 10 0 0 1 4-2.5M2 8.5A15 15 0 0 1 7 5.6M11 5a15 15 0 0 1 11 3.5M15 10a10 10 0 0 1 4 2M8.5 15.5a5 5 0 0 1 7 0M12 19.5v.2",
  check: "m5 12.5 4.5 4.5L19 7.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  alert: "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.2",
  exit: "M10 4H5v16h5M10 12h10M16 8l4 4-4 4",
  plus: "M12 5v14M5 12h14",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5-11 11zM13.5 7l3.5 3.5",
  phone: "M7 2.5h10v19H7zM11 18.5h2",
  badge: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18h2",
  people: "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c.4-4 3-6 6.5-6s6.1 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.6c2 .8 3.2 2.6 3.5 5.4",
};
const SVG = "http://www.w3.org/2000/svg";

export function icon(name, size = "") {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("class", size ? `icon ${size}` : "icon");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  drawn.append(path);
  return drawn;
}

/** An element. `on…` are listeners, `class` and other names attributes; false and null are left out. */
export function h(tag, facts, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(facts || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...inside.flat(3).filter((one) => one !== null && one !== undefined && one !== false));
  return made;
}

export function button(text, press, kind = "", more = {}) {
  return h("button", { type: "button", class: `btn ${kind}`.trim(), onclick: press, ...more }, text);
}

/** Something to be read before anything else: `tone` is "", good, warn or bad. */
export function note(tone, drawing, ...inside) {
  return h("div", { class: `note ${tone}`.trim() }, icon(drawing), h("div", {}, inside));
}

let speaking = 0;

/** Say something to a screen reader; what follows quickly takes the place of what came before. */
export function say(text) {
  clearTimeout(speaking);
  speaking = setTimeout(() => {
    const region = document.getElementById("live");
    if (region) region.textContent = text;
  }, 400);
}

/** A short word that something went well. */
export function toast(text) {
  const old = document.querySelector(".toast.floating");
  if (old) old.remove();
  const box = h("div", { class: "toast floating", onclick: () => box.remove() }, h("span", {}, text));
  document.body.append(box);
  setTimeout(() => box.remove(), 6000);
  say(text);
}

/** Ask whether something that can't be undone is meant; resolves to true or false. */
export function ask(question, text, yes, no) {
  return new Promise((answer) => {
    const before = document.activeElement;
    const dialog = h("dialog", { "aria-labelledby": "question" });
    const done = (said) => {
      dialog.close();
      dialog.remove();
      if (before && before.isConnected) before.focus();
      answer(said);
    };
    dialog.append(
      h("h2", { id: "question" }, question),
      h("p", {}, text),
      h(
        "div",
        { class: "actions" },
        button(yes, () => done(true), "bad"),
        button(no, () => done(false), "", { autofocus: true }),
      ),
    );
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
