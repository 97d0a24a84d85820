// The fields of an item, as what is written in them; and what is written, put into them again without
// moving the place where somebody types.

import { fill } from "../announce.js";
import { publicId } from "../../pad/keys.js";

const KINDS = ["decision", "action"];

export class Fields {
  constructor(form) {
    this.form = form;
    this.minute = form.querySelector("[name=minute]");
    this.lists = Object.fromEntries(KINDS.map((kind) => [kind, form.querySelector(`[data-rows=${kind}]`)]));
    this.blank = Object.fromEntries(
      KINDS.map((kind) => [kind, [...this.lists[kind].children].find((row) => !this.key(row).value).cloneNode(true)]),
    );
    this.words = form.querySelector("[data-told]").dataset;
    this.numbers = {};
    this.made = 0;
  }

  key = (row) => row.querySelector("[name$=-key]");
  text = (row) => row.querySelector("textarea");
  owner = (row) => row.querySelector("select");
  due = (row) => row.querySelector("[type=date]");
  rows = (kind) => [...this.lists[kind].children];

  #row(kind, row, before) {
    const text = before ? this.text(row).defaultValue : this.text(row).value;
    const made = { key: this.key(row).value, text };
    if (kind === "decision") {
      // When it was taken, by this clock: who was there then is kept with it.
      if (row.dataset.at && !before) made.at = Number(row.dataset.at);
      return made;
    }
    const chosen = before ? [...this.owner(row).options].find((one) => one.defaultSelected) : this.owner(row);
    made.owner = chosen?.value ?? "";
    made.due = before ? this.due(row).defaultValue : this.due(row).value;
    return made;
  }

  /** What the page came with. */
  came() {
    const rows = (kind) =>
      this.rows(kind)
        .filter((row) => this.key(row).value)
        .map((row) => this.#row(kind, row, true));
    return { minute: this.minute.defaultValue, decisions: rows("decision"), actions: rows("action") };
  }

  /** What stands in the fields. A row that was begun gets a key of its own. */
  now() {
    const rows = (kind) =>
      this.rows(kind)
        .filter((row) => this.text(row).value.trim())
        .map((row) => {
          if (!this.key(row).value) {
            this.key(row).value = publicId();
            row.dataset.at = Date.now();
          }
          return this.#row(kind, row, false);
        });
    return { minute: this.minute.value, decisions: rows("decision"), actions: rows("action") };
  }

  /** A row at the end that is empty, made if there is none. */
  emptyRow(kind) {
    const there = this.rows(kind).find((row) => !this.key(row).value && !this.text(row).value.trim());
    return there ?? this.lists[kind].appendChild(this.#newRow(kind));
  }

  #newRow(kind) {
    const row = this.blank[kind].cloneNode(true);
    this.made += 1;
    for (const one of row.querySelectorAll("[id]")) one.id = `${one.id}-new${this.made}`;
    for (const one of row.querySelectorAll("label[for]")) one.htmlFor = `${one.htmlFor}-new${this.made}`;
    return row;
  }

  /** Say which number each row has. */
  number() {
    const most = Math.max(Number(this.words.actions), ...Object.values(this.numbers));
    for (const kind of KINDS) {
      let next = kind === "action" ? most : 0;
      for (const row of this.rows(kind)) {
        const known = kind === "action" ? this.numbers[this.key(row).value] : undefined;
        if (known === undefined) next += 1;
        const words = fill(this.words[kind], { number: known ?? next });
        const shown = row.querySelector("[data-number]");
        if (shown.textContent !== words) shown.textContent = words;
      }
    }
  }

  /** Put what stands now into the fields. */
  show(item) {
    put(this.minute, item.minute);
    this.#showRows("decision", item.decisions);
    this.#showRows("action", item.actions);
    this.numbers = Object.fromEntries(item.actions.map(({ key, number }) => [key, number]));
    this.number();
  }

  #showRows(kind, items) {
    const there = new Map(this.rows(kind).map((row) => [this.key(row).value, row]));
    const kept = new Set(items.map(({ key }) => key));
    for (const [key, row] of there) {
      if (!key || kept.has(key)) continue;
      // Emptied, and about to be written anew.
      if (row.contains(document.activeElement) && !this.text(row).value.trim()) this.key(row).value = "";
      else row.remove();
    }
    let before = null;
    for (const item of items) {
      const row = there.get(item.key) ?? this.#newRow(kind);
      this.key(row).value = item.key;
      delete row.dataset.at;
      put(this.text(row), item.text);
      if (kind === "action") {
        this.owner(row).value = item.owner;
        this.due(row).value = item.due;
      }
      // Moved only where it is somewhere else: what is moved loses the focus.
      const place = before ? before.nextElementSibling : this.lists[kind].firstElementChild;
      if (place !== row) this.lists[kind].insertBefore(row, place);
      before = row;
    }
    this.emptyRow(kind);
  }

  /** Make a decision or an action of the line in which the minute is written; its field, or null. */
  turn(kind) {
    const { value, selectionStart } = this.minute;
    const from = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const end = value.indexOf("\n", selectionStart);
    const line = value.slice(from, end < 0 ? value.length : end);
    if (!line.trim()) return null;
    const row = this.emptyRow(kind);
    this.text(row).value = line.trim();
    const rest = value.slice(0, from) + (end < 0 ? "" : value.slice(end + 1));
    this.minute.value = rest;
    const at = Math.min(from, rest.length);
    this.minute.setSelectionRange(at, at);
    this.emptyRow(kind);
    this.number();
    return this.text(row);
  }
}

/** Put a text into a field; whoever types in it goes on where she was. */
function put(field, text) {
  const old = field.value;
  if (old === text) return;
  const { selectionStart, selectionEnd, scrollTop } = field;
  let first = 0;
  while (first < Math.min(old.length, text.length) && old[first] === text[first]) first += 1;
  let last = 0;
  const most = Math.min(old.length, text.length) - first;
  while (last < most && old[old.length - 1 - last] === text[text.length - 1 - last]) last += 1;
  const moved = (at) => {
    if (at <= first) return at;
    if (at >= old.length - last) return at + text.length - old.length;
    return text.length - last;
  };
  field.value = text;
  if (field !== document.activeElement) return;
  field.setSelectionRange(moved(selectionStart), moved(selectionEnd));
  field.scrollTop = scrollTop;
}
