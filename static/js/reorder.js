// Changes the order of a list by dragging, by Alt and an arrow key, or by its two buttons.
import { announce, fill } from "./announce.js";

const items = (list) => [...list.children].filter((child) => child.dataset.id);
const order = (list) => items(list).map((item) => item.dataset.id);

function arrange(list, ids) {
  const known = new Map(items(list).map((item) => [item.dataset.id, item]));
  list.append(...ids.map((id) => known.get(id)));
}

function settleButtons(list) {
  const all = items(list);
  all.forEach((item, index) => {
    item.querySelector("[name=up]").disabled = index === 0;
    item.querySelector("[name=down]").disabled = index === all.length - 1;
  });
}

export function enhance(root) {
  const forms = root.matches?.("[data-reorder]") ? [root] : root.querySelectorAll("[data-reorder]");
  for (const form of forms) if (!form.dataset.ready) prepare(form);
}

function prepare(form) {
  form.dataset.ready = "true";
  const list = form.querySelector("ol");
  let saved = order(list);
  let sending = Promise.resolve();

  async function send(ids) {
    const body = new URLSearchParams(ids.map((id) => ["order", id]));
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "manual",
      headers: {
        "X-CSRFToken": form.querySelector("[name=csrf_token]").value,
        "X-Requested-With": "fetch",
      },
    });
    if (!answer.ok) throw new Error(`answer ${answer.status}`);
  }

  function save(moved) {
    settleButtons(list);
    const ids = order(list);
    const words = fill(form.dataset.moved, {
      name: moved.dataset.name,
      place: ids.indexOf(moved.dataset.id) + 1,
      places: ids.length,
    });
    sending = sending.then(async () => {
      if (ids.join() === saved.join()) return;
      try {
        await send(ids);
        saved = ids;
        announce(words);
        form.querySelector(".note")?.remove();
      } catch {
        arrange(list, saved);
        settleButtons(list);
        refuse();
      }
    });
  }

  function refuse() {
    form.querySelector(".note")?.remove();
    const note = document.createElement("div");
    note.className = "note bad";
    note.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.textContent = form.dataset.failed;
    note.append(words);
    form.prepend(note);
  }

  function step(item, by) {
    const all = items(list);
    const to = all.indexOf(item) + by;
    if (to < 0 || to >= all.length) return false;
    all[to][by < 0 ? "before" : "after"](item);
    save(item);
    return true;
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=up], [name=down]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    step(item, button.name === "up" ? -1 : 1);
    const still = button.disabled ? item.querySelector("[name=up]:enabled, [name=down]:enabled") : button;
    still?.focus();
  });

  form.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const item = event.target.closest("li");
    if (!by || !event.altKey || !item) return;
    event.preventDefault();
    const focused = document.activeElement;
    step(item, by);
    focused.focus();
  });

  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest(".grip");
    if (!grip || event.button !== 0) return;
    event.preventDefault();
    const item = grip.closest("li");
    grip.setPointerCapture(event.pointerId);
    item.classList.add("held");

    const move = (moving) => {
      const all = items(list);
      const over = all.find((other) => {
        const box = other.getBoundingClientRect();
        return other !== item && moving.clientY > box.top && moving.clientY < box.bottom;
      });
      if (!over) return;
      const box = over.getBoundingClientRect();
      const below = all.indexOf(over) > all.indexOf(item);
      const past = below
        ? moving.clientY > box.bottom - item.offsetHeight / 2
        : moving.clientY < box.top + item.offsetHeight / 2;
      if (!past) return;
      // The held row stays where it is in the document, or the browser lets go of the pointer.
      while (below ? item.previousElementSibling !== over : item.nextElementSibling !== over) {
        if (below) item.before(item.nextElementSibling);
        else item.after(item.previousElementSibling);
      }
    };
    const drop = (dropped) => {
      grip.removeEventListener("pointermove", move);
      grip.removeEventListener("pointerup", drop);
      grip.removeEventListener("pointercancel", drop);
      item.classList.remove("held");
      if (dropped.type === "pointercancel") arrange(list, saved);
      else save(item);
    };
    grip.addEventListener("pointermove", move);
    grip.addEventListener("pointerup", drop);
    grip.addEventListener("pointercancel", drop);
  });
}
