// The screen that the address asks for: drawn here, chosen by `main.js`, and drawn anew by whichever
// screen changed what it shows. So no screen needs to know the others.

import { h } from "./dom.js";
import { dock } from "./dock.js";
import { t } from "./words.js";

const main = document.getElementById("main");
let chosen = null;
let leaving = null;
let asked = 0;

/** Choose each screen by `screenAt(parts)`, of the address after # taken apart at its strokes. */
export function route(screenAt) {
  chosen = screenAt;
}

function leave() {
  if (leaving) leaving();
  leaving = null;
}

/** Draw what the address asks for. */
export async function show() {
  leave();
  const mine = ++asked;
  const address = location.hash;
  const screen = await chosen(address.slice(1).split("/"));
  // Another was asked for meanwhile: an older one may never be drawn over it.
  if (mine !== asked) return;
  leaving = screen.leave || null;
  const { title, small, back, body, foot } = screen;
  main.replaceChildren(
    ...[
      back && h("nav", { class: "crumb", "aria-label": t("back") }, h("a", { href: back[0] }, back[1])),
      h("div", { class: "title" }, h("div", {}, h("h1", { tabindex: "-1" }, title), small && h("p", {}, small))),
      body,
      dock(foot),
    ]
      .flat(3)
      .filter(Boolean),
  );
  main.dataset.screen = address;
  if (screen.ready) screen.ready();
}

/** Show the next screen from its top. */
export async function go() {
  await show();
  scrollTo(0, 0);
  const heading = main.querySelector("h1");
  // Whoever reads by ear is told where she is; the first showing is read anyway.
  if (heading && document.activeElement === document.body) heading.focus({ preventScroll: true });
}
