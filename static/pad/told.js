// What the server answered otherwise than the phone had shown. Nothing is changed here: a person
// decides on the website, where both stand side by side.

import { button, h } from "./dom.js";
import { entryOf, heard, slotOf, statusOf } from "./register.js";
import { draw } from "./main.js";
import { clock, labelOf, t } from "./words.js";

/** A status in a word. */
export function word(held, code) {
  const found = code && statusOf(held, code);
  return found ? labelOf(found) : t("no_mark");
}

export function called(held, entry) {
  const found = entryOf(held, entry);
  return found ? `${found.code} ${found.initials}`.trim() : t("somebody");
}

const KINDS = { walk_in: "walk_in", headcount: "headcount", note: "note", signature: "signature" };

/** What became of one operation, as a sentence. */
export function sentence(held, one) {
  if (one.answer === "rejected") return `${t("not_taken")} ${t(`reason_${one.reason || "other"}`)}`;
  if (KINDS[one.kind]) return t("met_another");
  return t("conflict", { mine: word(held, one.mine), theirs: word(held, one.status) });
}

export function toldScreen(held) {
  return {
    title: t("told"),
    small: t("told_by_person"),
    back: ["#", held.register.neutral_title],
    body: held.told.length
      ? h(
          "ul",
          { class: "ledger" },
          held.told.map((one) => {
            const slot = slotOf(held, one.slot);
            return h(
              "li",
              {},
              h("span", { class: "key" }, clock(one.at), h("small", {}, slot ? slot.label.split(" · ")[0] : "")),
              h(
                "div",
                { class: "what" },
                h("b", {}, KINDS[one.kind] && !one.entry ? t(KINDS[one.kind]) : called(held, one.entry)),
                h("p", {}, sentence(held, one)),
              ),
              h("div", { class: "do" }, button(t("heard"), async () => { await heard(one.op_id); await draw(); }, "s")),
            );
          }),
        )
      : h("div", { class: "empty" }, h("p", {}, t("told_nothing"))),
  };
}
