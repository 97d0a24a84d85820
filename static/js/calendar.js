// Moves workshops in the calendar: Alt with an arrow key, or dragging. Each of them asks what the
// button "Move" asks; the focus follows, and what happened is said.
import { announce } from "./announce.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
const KEYS = Object.keys(STEPS).map((key) => `Alt+${key}`).join(" ");
const FETCHED = { "X-Requested-With": "fetch" };

export function later(day, days) {
  const moved = new Date(`${day}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export function enhance(root) {
  const section = root.matches?.("[data-calendar]") ? root : root.querySelector("[data-calendar]");
  if (section && !section.dataset.ready) prepare(section);
}

let sending = Promise.resolve();

function prepare(section) {
  section.dataset.ready = "true";
  for (const entry of section.querySelectorAll("[data-moves]")) {
    entry.draggable = true;
    entry.setAttribute("aria-keyshortcuts", KEYS);
  }
  section.querySelector(".keys")?.removeAttribute("hidden");
  roam(section);

  section.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      const form = section.querySelector("[data-undo]");
      if (!form) return;
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const entry = event.target.closest("[data-moves]");
    if (!entry || !event.altKey || event.ctrlKey || event.metaKey) return;
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(entry.dataset.key, step);
  });

  section.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-undo]")) return;
    event.preventDefault();
    const form = event.target;
    sending = sending.then(() => ask(form.action, new URLSearchParams(new FormData(form))));
  });

  dragging(section);
}

const present = () => document.querySelector("[data-calendar]");

// Several presses of a key follow one another: each looks at where the last one left the workshop.
function move(key, days) {
  sending = sending.then(async () => {
    const entry = entryIn(document, key);
    if (entry?.dataset.moves) await moveTo(entry, later(entry.dataset.first, days));
  });
}

function moveTo(entry, day) {
  const address = present().dataset.move.replace("{}", entry.dataset.moves);
  return ask(address, new URLSearchParams({ starts_on: day, row_version: entry.dataset.version }));
}

async function ask(address, body) {
  const failed = present().dataset.failed;
  try {
    const answer = await fetch(address, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "error",
      headers: { ...FETCHED, "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    });
    const told = await answer.json();
    if (!answer.ok) return refuse(told.error || failed);
    await show(told);
  } catch {
    refuse(failed);
  }
}

// The page as it is now: this one if what was moved is on it still, else the one on which it is.
async function show({ said, url, key }) {
  let read = await pageAt(location.pathname + location.search);
  if (!entryIn(read, key)) {
    read = await pageAt(url);
    history.replaceState(history.state, "", url);
  }
  for (const part of [".title", ".calendar-tools", "[data-calendar]"]) {
    document.querySelector(part).replaceWith(document.adoptNode(read.querySelector(part)));
  }
  prepare(present());
  entryIn(document, key)?.focus();
  announce(said);
}

const entryIn = (page, key) => page.querySelector(`[data-key="${CSS.escape(key)}"]`);

async function pageAt(url) {
  const answer = await fetch(url, { credentials: "same-origin" });
  const read = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || !read.querySelector("[data-calendar]")) throw new Error(`answer ${answer.status}`);
  return read;
}

function refuse(sentence) {
  const section = present();
  section.querySelector(".refused")?.remove();
  const note = document.createElement("div");
  note.className = "note bad refused";
  note.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = sentence;
  note.append(words);
  section.prepend(note);
}

// Of the days of a month one is reached by the Tab key, the others by arrow keys.
function roam(section) {
  const table = section.querySelector(".month-table");
  if (!table) return;
  const cells = [...table.querySelectorAll("td[data-day]")];
  const links = (cell) => [...cell.querySelectorAll(".day-number, .new")];
  const choose = (chosen) => {
    for (const cell of cells) for (const link of links(cell)) link.tabIndex = cell === chosen ? 0 : -1;
  };
  choose(cells.find((cell) => cell.matches(".today")) ?? cells.find((cell) => !cell.matches(".off")));
  table.addEventListener("keydown", (event) => {
    const link = event.target.closest(".day-number, .new");
    const step = STEPS[event.key];
    if (!link || step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const cell = cells[cells.indexOf(link.closest("td")) + step];
    if (!cell) return;
    event.preventDefault();
    choose(cell);
    (cell.querySelector(link.matches(".new") ? ".new" : ".day-number") ?? links(cell)[0]).focus();
  });
}

function dragging(section) {
  let held = null;
  let reasons = {};

  section.addEventListener("dragstart", async (event) => {
    const entry = event.target.closest?.("[data-moves]");
    if (!entry) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", entry.dataset.key);
    held = { entry, from: grabbedDay(entry, event.clientX) };
    const days = [...section.querySelectorAll("[data-day]")].map((each) => each.dataset.day);
    const asked = new URLSearchParams({ first: days[0], last: days[days.length - 1] });
    try {
      const address = section.dataset.free.replace("{}", entry.dataset.moves);
      const answer = await fetch(`${address}?${asked}`, { credentials: "same-origin" });
      reasons = answer.ok ? await answer.json() : {};
    } catch {
      reasons = {};
    }
    if (!held) return;
    for (const each of section.querySelectorAll("[data-day]")) {
      each.classList.toggle("busy", Boolean(reasons[each.dataset.day]?.length));
    }
  });

  const day = (event) => event.target.closest?.("[data-day]");
  section.addEventListener("dragover", (event) => {
    const over = day(event);
    if (!held || !over) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    if (over.matches(".over")) return;
    section.querySelector(".over")?.classList.remove("over");
    over.classList.add("over");
    say(section, reasons[target(over)]?.join(" ") ?? "");
  });

  const target = (over) => {
    const away = (Date.parse(over.dataset.day) - Date.parse(held.from)) / 86_400_000;
    return later(held.entry.dataset.first, away);
  };

  section.addEventListener("drop", (event) => {
    const over = day(event);
    if (!held || !over) return;
    event.preventDefault();
    const { entry } = held;
    const to = target(over);
    sending = sending.then(() => (to === entry.dataset.first ? undefined : moveTo(entry, to)));
  });

  section.addEventListener("dragend", () => {
    held = null;
    reasons = {};
    for (const each of section.querySelectorAll(".busy, .over")) each.classList.remove("busy", "over");
    say(section, "");
  });
}

// The day of a bar over which it was taken hold of.
function grabbedDay(entry, x) {
  const cell = entry.closest("[data-day]");
  const bar = entry.closest(".bar-in-week");
  if (!bar) return cell.dataset.day;
  const box = cell.getBoundingClientRect();
  return later(cell.dataset.day, Math.max(0, Math.floor((x - box.left) / box.width)));
}

function say(section, words) {
  section.querySelector(".drag-said")?.remove();
  if (!words) return;
  const box = document.createElement("p");
  box.className = "drag-said";
  box.textContent = words;
  section.append(box);
}
