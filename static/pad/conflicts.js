// What the server answered otherwise than the phone had shown. Nothing is changed here: a person
// decides on the website, where both stand side by side.

import { button, h } from "./dom.js";
import { KINDS, called, sentence } from "./labels.js";
import { acknowledge, slotOf } from "./register.js";
import { show } from "./router.js";
import { clock, t } from "./words.js";

export function conflictsScreen(held) {
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
              h("div", { class: "do" }, button(t("heard"), async () => { await acknowledge(one.op_id); await show(); }, "s")),
            );
          }),
        )
      : h("div", { class: "empty" }, h("p", {}, t("told_nothing"))),
  };
}
