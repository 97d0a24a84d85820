// The register of one session. Rows are made once; a tap changes its own row and the sum, nothing
// else, so that five hundred people are as quick as five.

import { isShown } from "../js/narrowing.js";
import { button, h, icon, say, toast } from "./dom.js";
import { called, sentence, word } from "./labels.js";
import { make, onChange, open, PRESENT, standing, statusOf } from "./register.js";
import { made } from "./sync.js";
import { timeLine } from "./times.js";
import { labelOf, t } from "./words.js";

const ABSENT = "absent";
const SLOW = 150;
// What is out of sight is not laid out, by so many rows at a time: of each the browser asks in every
// frame whether it is in sight.
const SOME = 20;
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** How statuses are offered: present and absent to everybody, the first that counts beside them. */
function choices(held) {
  const others = held.statuses.filter((one) => one.code !== PRESENT && one.code !== ABSENT);
  const counting = others.filter((one) => one.weight);
  return {
    present: statusOf(held, PRESENT),
    absent: statusOf(held, ABSENT),
    quick: counting[0] || null,
    part: counting.slice(1),
    away: others.filter((one) => !one.weight),
  };
}

const kindOf = (status) => (status.code === PRESENT ? "present" : status.weight ? "late" : "absent");

export function markScreen(held, slot) {
  const offered = choices(held);
  const rows = new Map();
  const kinds = new Map(held.statuses.map((one) => [one.code, kindOf(one)]));
  const list = h("form", { class: "register pad-rows", autocomplete: "off", onsubmit: (event) => event.preventDefault() });
  const tally = h("p", { class: "sum" });
  const rest = button("", markRest, "main");
  const search = h("input", { type: "search", id: "find", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: t("find_example") });
  const none = h("p", { class: "empty", hidden: true }, t("nobody_found"));
  const filter = h("select", { id: "show" }, h("option", { value: "" }, t("everyone")), h("option", { value: "open" }, t("not_marked")), h("option", { value: "exceptions" }, t("exceptions")));

  function option(person, status, hidden, inside) {
    const kind = kindOf(status);
    const id = `${status.code}-${person.entry}`;
    return [
      h("input", { class: hidden ? `${kind}-more` : kind, type: "radio", name: person.entry, id, value: status.code, disabled: slot.closed }),
      h("label", { for: id }, inside || capital(labelOf(status))),
    ];
  }

  function rowOf(person) {
    const row = h(
      "div",
      { class: "person", role: "radiogroup", "aria-label": `${person.code} ${person.initials}` },
      option(person, offered.present, false, [
        h("span", {}, `${person.code} ${person.initials}`, h("small", {}, t("group", { letter: person.letter }), person.walk_in ? ` · ${t("at_door")}` : "")),
        h("i", { class: "hush" }, labelOf(offered.present)),
      ]),
      offered.quick && option(person, offered.quick, false),
      option(person, offered.absent, false),
    );
    rows.set(person.entry, { row, person, more: null, shown: null });
    return row;
  }

  /** Show in a row what stands; the others of its kind are offered while one of them stands. */
  function show(entry) {
    const kept = rows.get(entry);
    const { status } = standing(held, slot.id, entry);
    const found = status && statusOf(held, status);
    const kind = found ? kindOf(found) : "";
    if (kept.more !== kind) {
      kept.row.querySelectorAll("[class$=-more], [class$=-more] + label").forEach((one) => one.remove());
      const others = kind === "late" ? offered.part : kind === "absent" ? offered.away : [];
      for (const other of others) kept.row.append(...option(kept.person, other, true));
      kept.more = kind;
    }
    const chosen = kept.row.querySelector("input:checked");
    const wanted = status && kept.row.querySelector(`input[value="${CSS.escape(status)}"]`);
    if (wanted) wanted.checked = true;
    else if (chosen) chosen.checked = false;
    kept.shown = status;
    kept.row.classList.remove("making");
  }

  function tell() {
    for (const old of list.querySelectorAll(".error")) old.remove();
    for (const one of held.told) {
      if (one.slot !== slot.id || !rows.has(one.entry)) continue;
      rows.get(one.entry).row.append(h("p", { class: "error" }, `${sentence(held, one)} ${t("by_person")}`));
    }
  }

  function sum() {
    const counted = { present: 0, late: 0, absent: 0, open: 0 };
    for (const { shown } of rows.values()) {
      counted[kinds.get(shown) || "open"] += 1;
    }
    const parts = [];
    if (offered.quick) parts.push(`${counted.late} ${offered.part.length ? t("in_part") : labelOf(offered.quick)}`);
    parts.push(`${counted.absent} ${labelOf(offered.absent)}`);
    if (counted.open) parts.push(`${counted.open} ${t("open_marks")}`);
    tally.replaceChildren(h("b", {}, `${counted.present} ${labelOf(offered.present)}`), parts.join(" · "));
    rest.hidden = counted.open === 0 || slot.closed;
    rest.textContent = counted.open === rows.size ? t("all_present") : t("rest_present", { count: counted.open });
    return counted;
  }

  function narrow() {
    let found = 0;
    for (const { row, person, shown } of rows.values()) {
      const status = shown && statusOf(held, shown) ? shown : "";
      const { code, initials } = person;
      row.hidden = !isShown({ code, initials, status }, search.value, filter.value);
      if (!row.hidden) found += 1;
    }
    none.hidden = found > 0;
  }

  async function mark(entry, status) {
    const kept = rows.get(entry);
    if (status === kept.shown) return;
    // Shown once it is on the disk, which is at once; where it takes longer the row says so.
    const slow = setTimeout(() => kept.row.classList.add("making"), SLOW);
    let answer;
    try {
      answer = await make([{ op: { kind: "mark", slot: slot.id, entry, status } }]);
    } catch {
      answer = { reply: "rejected", reason: "not_kept" };
    }
    clearTimeout(slow);
    show(entry);
    if (answer.reply !== "applied") {
      toast(`${called(held, entry)}: ${t(`reason_${answer.reason}`)}`);
      return;
    }
    const counted = sum();
    made(1);
    say(`${called(held, entry)}: ${word(held, status)}. ${labelOf(offered.present)}: ${counted.present}. ${labelOf(offered.absent)}: ${counted.absent}.`);
  }

  async function markRest() {
    const left = [...rows.values()].filter((one) => !one.shown).map((one) => one.person.entry);
    rest.disabled = true;
    let answer;
    try {
      answer = await make(left.map((entry) => ({ op: { kind: "mark", slot: slot.id, entry, status: PRESENT } })));
    } catch {
      answer = { reply: "rejected", reason: "not_kept" };
    }
    rest.disabled = false;
    for (const entry of left) show(entry);
    sum();
    narrow();
    if (answer.reply === "applied") made(left.length);
    else toast(t(`reason_${answer.reason}`));
  }

  for (let first = 0; first < held.roster.length; first += SOME) {
    list.append(h("div", { class: "some" }, held.roster.slice(first, first + SOME).map(rowOf)));
  }
  for (const entry of rows.keys()) show(entry);
  tell();
  sum();
  const inputOf = (target) => {
    const label = target.closest("label");
    const input = label ? label.control : target;
    return input && rows.has(input.name) && !input.disabled ? input : null;
  };
  // A finger is answered as it leaves the glass. Whoever scrolls gets no pointerup.
  let down = null;
  let answered = null;
  list.addEventListener("pointerdown", (event) => {
    down = event.pointerType === "touch" && event.isPrimary ? inputOf(event.target) : null;
  });
  list.addEventListener("pointerup", (event) => {
    const input = inputOf(event.target);
    if (!input || input !== down) return;
    answered = input;
    mark(input.name, input.value);
  });
  // What would follow (a mouse that moves, presses and clicks) costs a slow phone more than the mark.
  list.addEventListener("touchend", (event) => {
    if (answered && event.cancelable) event.preventDefault();
    answered = null;
  });
  // A mouse and an arrow key come as a click; what is chosen shows once it is kept.
  list.addEventListener("click", (event) => {
    const input = inputOf(event.target);
    if (!input) return;
    event.preventDefault();
    mark(input.name, input.value);
  });
  search.addEventListener("input", narrow);
  filter.addEventListener("change", narrow);
  const stop = onChange((what) => {
    if (!what.answered || !open) return;
    for (const [entry, kept] of rows) {
      if (standing(held, slot.id, entry).status !== kept.shown) show(entry);
    }
    time.draw();
    tell();
    sum();
  });
  const time = timeLine(held, slot);

  const way = (what, drawing, text) => h("a", { class: "btn s", href: `#s/${slot.id}/${what}` }, drawing && icon(drawing, "s"), text);
  return {
    title: slot.label,
    small: held.register.neutral_title,
    back: ["#", t("sessions")],
    body: [
      time.line,
      slot.closed
        ? h("p", { class: "muted" }, t("closed_says"))
        : h(
            "div",
            { class: "actions ways" },
            way("scan", "badge", t("scan")),
            way("walk-in", "plus", t("door")),
            way("signatures", "", t("signatures")),
            way("count", "", t("headcount")),
            way("note", "", t("note")),
          ),
      h(
        "div",
        { class: "narrow" },
        h("label", { for: "find" }, t("find"), search),
        h("label", { for: "show" }, t("show"), filter),
      ),
      slot.closed ? null : h("p", { class: "muted" }, t("tap_says")),
      // This clock may be wrong: it only warns, and what the server does not take waits for a person.
      !slot.closed && Date.now() < Date.parse(slot.opens_at) ? h("div", { class: "note warn" }, h("p", {}, t("ahead_says"))) : null,
      list,
      none,
    ],
    foot: [tally, rest],
    leave: stop,
  };
}
