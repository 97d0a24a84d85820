// Where names are unsafe people are counted, and nobody is named; and notes to the office.

import { h, toast } from "./dom.js";
import { field } from "./door.js";
import { make } from "./register.js";
import { made } from "./sync.js";
import { t } from "./words.js";

const MOST = 999;

async function kept(save, wanted) {
  save.disabled = true;
  try {
    const answer = await make([wanted]);
    if (answer.reply !== "applied") throw new Error(answer.reason);
  } catch {
    save.disabled = false;
    toast(t("reason_not_kept"));
    return false;
  }
  made(1);
  return true;
}

export function countScreen(held, slot) {
  const before = (held.headcounts[slot.id] || { counts: [] }).counts;
  const cells = [];
  const total = h("p", { class: "sum" });
  const save = h("button", { class: "btn main", type: "submit", form: "counts" }, t("save_count"));

  function number(letter, sex, age_band) {
    const had = before.find((one) => one.letter === letter && one.sex === sex && one.age_band === age_band);
    const label = `${t("group", { letter })}, ${t(`sex_${sex}`)}, ${t(`age_${age_band}`)}`;
    const input = h("input", { class: "w4", type: "number", inputmode: "numeric", min: "0", max: String(MOST), step: "1", "aria-label": label, value: had ? String(had.count) : "", placeholder: "0" });
    cells.push({ letter, sex, age_band, input });
    return input;
  }
  const read = (input) => (input.value === "" ? 0 : Number(input.value));
  const sum = () => total.replaceChildren(h("b", {}, t("counted", { count: cells.reduce((all, { input }) => all + (input.validity.valid ? read(input) : 0), 0) })));

  const tables = held.groups.map(({ letter }) =>
    h(
      "section",
      { class: "part" },
      h("div", { class: "part-head" }, h("h2", {}, t("group", { letter }))),
      h(
        "table",
        { class: "count" },
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("age")), held.sexes.map((sex) => h("th", { scope: "col", class: "num" }, t(`sex_${sex}`))))),
        h(
          "tbody",
          {},
          held.age_bands.map((band) =>
            h("tr", {}, h("th", { scope: "row" }, t(`age_${band}`)), held.sexes.map((sex) => h("td", { class: "num" }, number(letter, sex, band)))),
          ),
        ),
      ),
    ),
  );
  sum();
  const submit = async (event) => {
    event.preventDefault();
    if (!event.target.reportValidity()) return;
    const counts = cells.filter(({ input }) => read(input)).map(({ letter, sex, age_band, input }) => ({ letter, sex, age_band, count: read(input) }));
    if (await kept(save, { op: { kind: "headcount", slot: slot.id, counts } })) {
      location.hash = `#s/${slot.id}`;
      toast(t("count_saved"));
    }
  };
  return {
    title: t("headcount"),
    small: slot.label,
    back: [`#s/${slot.id}`, slot.label],
    body: [h("p", { class: "muted" }, t("headcount_says")), h("form", { id: "counts", class: "stack", onsubmit: submit, oninput: sum }, tables)],
    foot: [total, save],
  };
}

export function noteScreen(held, slot) {
  const before = held.notes[slot.id] || 0;
  const words = h("textarea", { id: "note", maxlength: "2000", required: true });
  const save = h("button", { class: "btn main", type: "submit" }, t("save_note"));
  const submit = async (event) => {
    event.preventDefault();
    if (!words.value.trim()) {
      words.focus();
      return;
    }
    if (await kept(save, { op: { kind: "note", slot: slot.id, text: words.value.trim() } })) {
      words.value = "";
      location.hash = `#s/${slot.id}`;
      toast(t("note_saved"));
    }
  };
  return {
    title: t("note"),
    small: slot.label,
    back: [`#s/${slot.id}`, slot.label],
    body: [
      h("form", { class: "form", onsubmit: submit, novalidate: true }, field("note", t("note_label"), words, t("note_says")), h("div", { class: "actions" }, save)),
      before ? h("p", { class: "muted" }, t("notes_made", { count: before })) : null,
    ],
  };
}
