// At the door: badges are read by the camera, and whoever has none is taken in.

import { allowSound, signal } from "../js/signals.js";
import { button, h, note, toast } from "./dom.js";
import { called } from "./labels.js";
import { entryOf, make, PRESENT, standing } from "./register.js";
import { publicId } from "./keys.js";
import { made } from "./sync.js";
import { t } from "./words.js";

// What a badge of this programme says: this, then the public id of its row, in capitals.
const BADGE = /^KB1:([0-9A-Z]{16})$/;
const LAST = 5;
const MINOR = "under18";

/** What a code that was read means in this session, and the mark if it makes one. */
export async function readBadge(held, slot, text) {
  const found = BADGE.exec(text.trim());
  if (!found) return { kind: "bad", title: t("no_badge"), text: t("no_badge_says") };
  const entry = found[1].toLowerCase();
  if (!entryOf(held, entry)) return { kind: "bad", title: t("wrong_workshop"), text: t("wrong_workshop_says") };
  const name = called(held, entry);
  if (standing(held, slot.id, entry).status === PRESENT) {
    return { kind: "warn", title: t("already_in"), text: name };
  }
  const answer = await make([{ op: { kind: "scan", slot: slot.id, entry } }]);
  if (answer.reply !== "applied") return { kind: "bad", title: name, text: t(`reason_${answer.reason}`) };
  made(1);
  return { kind: "good", title: t("known"), text: name };
}

export function scanScreen(held, slot) {
  const ending = new AbortController();
  const video = h("video", { class: "camera", muted: true, playsinline: true, "aria-label": t("camera") });
  const verdict = h("div", { class: "verdict", role: "status", hidden: true });
  const before = h("ul", { class: "ledger seen" });
  const problem = h("div", {});
  const count = h("p", { class: "sum" });
  const begin = button(t("start_camera"), start, "main");

  function sum() {
    const present = held.roster.filter((one) => standing(held, slot.id, one.entry).status === PRESENT).length;
    count.replaceChildren(h("b", {}, t("present_of", { count: present, all: held.roster.length })));
  }

  let reading = Promise.resolve();
  const took = (text) => {
    reading = reading.then(async () => {
      const result = await readBadge(held, slot, text).catch(() => ({ kind: "bad", title: t("reason_not_kept"), text: "" }));
      signal(result.kind);
      verdict.hidden = false;
      verdict.className = `verdict ${result.kind}`;
      verdict.replaceChildren(h("h2", {}, result.title), h("p", {}, result.text));
      before.prepend(h("li", {}, h("div", { class: "what" }, h("span", { class: `tag ${result.kind}` }, result.title), " ", result.text)));
      while (before.children.length > LAST) before.lastElementChild.remove();
      sum();
    });
  };

  async function start() {
    begin.hidden = true;
    video.setAttribute("data-runs", "");
    allowSound();
    try {
      const { startScanner } = await import("../js/scanner.js");
      await startScanner(video, took, { signal: ending.signal });
      problem.replaceChildren();
    } catch (refused) {
      const key = { NotAllowedError: "camera_refused", NotFoundError: "camera_none", NotReadableError: "camera_busy" }[refused.name] || "camera_fails";
      begin.hidden = false;
      video.removeAttribute("data-runs");
      problem.replaceChildren(note("bad", "alert", h("p", {}, t(key))));
    }
  }

  sum();
  return {
    title: t("scan"),
    small: slot.label,
    back: [`#s/${slot.id}`, slot.label],
    body: [h("p", { class: "muted" }, t("scan_says")), h("div", { class: "actions" }, begin), problem, video, verdict, before],
    foot: [count],
    leave: () => ending.abort(),
  };
}

function initialsOf(name) {
  return name.split(/\s+/).filter(Boolean).slice(0, 2).map((part) => `${part.charAt(0).toUpperCase()}.`).join("");
}

export function field(id, label, control, help = "") {
  return h("div", { class: "field" }, h("label", { for: id }, label), typeof help === "string" ? help && h("p", { class: "help" }, help) : help, control);
}

export function walkInScreen(held, slot) {
  const name = h("input", { id: "name", class: "w20", maxlength: "120", autocomplete: "off", autocapitalize: "words", spellcheck: "false" });
  const wrong = h("p", { class: "error", role: "alert", hidden: true }, t("choose_group"));
  const minor = h("p", { class: "error", role: "alert", hidden: true }, t("minor"));
  const select = (id, facts) =>
    h("select", { id, class: "w20" }, h("option", { value: "" }, t("not_said")), facts.map((code) => h("option", { value: code }, t(`${id}_${code}`))));
  const sex = select("sex", held.sexes);
  const age = select("age", held.age_bands);
  const letters = h(
    "fieldset",
    { class: "field" },
    h("legend", {}, t("which_group")),
    wrong,
    held.groups.map(({ letter }) =>
      h("label", { class: "pick box" }, h("input", { type: "radio", name: "letter", value: letter }), h("span", {}, t("group", { letter }))),
    ),
  );
  const save = h("button", { class: "btn main", type: "submit" }, t("take_in"));
  const submit = async (event) => {
    event.preventDefault();
    const chosen = letters.querySelector("input:checked");
    wrong.hidden = Boolean(chosen);
    if (!chosen) {
      letters.querySelector("input").focus();
      return;
    }
    minor.hidden = age.value !== MINOR;
    if (age.value === MINOR) {
      age.focus();
      return;
    }
    save.disabled = true;
    const entry = publicId();
    const code = `+${held.roster.filter((one) => one.walk_in).length + 1}`;
    const initials = initialsOf(name.value);
    const common = { entry, slot: slot.id };
    try {
      const answer = await make([
        {
          op: { kind: "walk_in", ...common, name: name.value.trim(), letter: chosen.value, sex: sex.value, age_band: age.value },
          extra: { code, initials },
        },
        { op: { kind: "mark", ...common, status: PRESENT } },
      ]);
      if (answer.reply !== "applied") throw new Error(answer.reason);
    } catch {
      save.disabled = false;
      toast(t("reason_not_kept"));
      return;
    }
    made(2);
    location.hash = `#s/${slot.id}`;
    toast(t("taken_in", { code: `${code} ${initials}`.trim() }));
  };
  return {
    title: t("walk_in"),
    small: slot.label,
    back: [`#s/${slot.id}`, slot.label],
    body: h(
      "form",
      { class: "form", onsubmit: submit, novalidate: true },
      field("name", t("name"), name, t("name_says")),
      letters,
      field("sex", t("sex"), sex),
      field("age", t("age"), age, minor),
      h("div", { class: "actions" }, save),
    ),
  };
}
