// The sessions of the register, and what concerns the whole of it.

import { ask, button, h, note } from "./dom.js";
import { saveFiles } from "./dock.js";
import { putAway, shut } from "./register.js";
import { status } from "./sync.js";
import { language, span, t } from "./words.js";

// A clock that is so many seconds off is worth a word.
const NOTICED = 60;

function dayOf(slot) {
  const at = new Date(slot.starts_at);
  return `${at.getFullYear()}-${at.getMonth()}-${at.getDate()}`;
}

function marked(held, slot) {
  return held.roster.filter((one) => (held.marks[slot.id][one.entry] || {}).status).length;
}

function row(held, slot) {
  const count = marked(held, slot);
  const all = count >= held.roster.length;
  const state = slot.closed
    ? h("span", { class: "tag good" }, t("closed"))
    : h("span", { class: `tag ${all ? "good" : count ? "live" : ""}`.trim() }, t("marked_of", { count, all: held.roster.length }));
  const [number, time = ""] = slot.label.split(" · ");
  return h(
    "li",
    {},
    h("span", { class: "key" }, number, h("small", {}, time)),
    h("div", { class: "what" }, h("a", { href: `#s/${slot.id}` }, t("open_session", { session: slot.label })), h("p", {}, state)),
  );
}

function days(held) {
  const found = [];
  for (const slot of held.slots) {
    const day = dayOf(slot);
    const last = found[found.length - 1];
    if (last && last.day === day) last.slots.push(slot);
    else found.push({ day, slots: [slot] });
  }
  return found.map(({ slots }, place) =>
    h(
      "section",
      { class: "part", "aria-label": t("day", { number: place + 1 }) },
      h(
        "div",
        { class: "part-head" },
        h("h2", {}, t("day", { number: place + 1 })),
        h("p", {}, new Date(slots[0].starts_at).toLocaleDateString(language === "en" ? "en-GB" : language, { weekday: "long", day: "numeric", month: "long" })),
      ),
      h("ul", { class: "ledger" }, slots.map((slot) => row(held, slot))),
    ),
  );
}

function aboutClock() {
  if (Math.abs(status.skew) < NOTICED) return null;
  const key = status.skew > 0 ? "clock_ahead" : "clock_behind";
  return note("warn", "alert", h("p", {}, t(key, { span: span(status.skew) })));
}

function aboutConflicts(held) {
  if (!held.told.length) return null;
  return note(
    "bad",
    "alert",
    h("p", {}, h("b", {}, t("told_count", { count: held.told.length })), " ", t("told_by_person")),
    h("p", {}, h("a", { class: "btn s", href: "#told" }, t("look"))),
  );
}

export function listScreen(held) {
  const away = async () => {
    const text = status.left ? t("away_unsent", { count: status.left }) : t("away_sent");
    if (await ask(t("away_question"), text, t("away"), t("keep"))) await putAway();
  };
  return {
    title: held.register.neutral_title,
    small: t("people_count", { count: held.roster.length }),
    body: [
      aboutConflicts(held),
      aboutClock(),
      days(held),
      h(
        "section",
        { class: "part" },
        h("div", { class: "part-head" }, h("h2", {}, t("this_phone"))),
        h("p", { class: "muted" }, t("codes_only")),
        h(
          "div",
          { class: "actions" },
          button(t("lock"), shut),
          status.left ? button(t("save_file"), saveFiles) : null,
          button(t("away"), away, "bad"),
        ),
        status.left ? h("p", { class: "muted" }, t("file_says")) : null,
      ),
    ],
  };
}
