// The full form of a case: keeps what is typed (sealed by the server), and adds and takes off rows
// without leaving the page. Without this script rows come and go by their buttons all the same.
import { announce, fill } from "./announce.js";

const PAUSE = 4000;

export function enhance(root) {
  const forms = root.matches?.("[data-record]") ? [root] : root.querySelectorAll("[data-record]");
  for (const form of forms) if (!form.dataset.ready) prepare(form);
}

function prepare(form) {
  form.dataset.ready = "true";
  const status = form.querySelector("[data-status]");
  let waiting = 0;
  let sending = null;
  let changes = 0;
  let changing = false;

  const headers = () => ({
    "X-CSRFToken": form.querySelector("[name=csrf_token]").value,
    "X-Requested-With": "fetch",
  });

  function say(text, wrong) {
    status.textContent = text;
    status.classList.toggle("muted", !wrong);
    if (wrong) announce(text);
  }

  async function keep() {
    waiting = 0;
    sending?.abort();
    sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.address, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
        redirect: "manual",
        headers: headers(),
        signal: sending.signal,
      });
      if (answer.status === 401 || answer.type === "opaqueredirect") say(form.dataset.signedOut, true);
      else if (answer.ok) {
        const time = new Date().toTimeString().slice(0, 5);
        say(fill(form.dataset.kept, { time }), false);
      } else {
        const refusal = answer.status === 409 ? await answer.json() : {};
        say(refusal.error ?? form.dataset.notKept, true);
      }
    } catch (problem) {
      if (problem.name !== "AbortError") say(form.dataset.notKept, true);
    }
  }

  function typed() {
    changes += 1;
    if (!waiting) waiting = setTimeout(keep, PAUSE);
  }

  function stop() {
    clearTimeout(waiting);
    waiting = 0;
    sending?.abort();
  }

  // Rows come from the server, which alone knows what they offer to each other. While it answers,
  // the form can be typed in: then it is asked again, with that.
  async function asked(button) {
    const seen = changes;
    const body = new URLSearchParams(new FormData(form));
    body.append(button.name, button.value);
    const answer = await fetch(form.action, {
      method: "POST",
      body,
      credentials: "same-origin",
      redirect: "manual",
      headers: headers(),
    });
    if (!answer.ok) throw new Error(`answer ${answer.status}`);
    const text = await answer.text();
    return seen === changes ? text : asked(button);
  }

  async function change(button) {
    const page = new DOMParser().parseFromString(await asked(button), "text/html");
    const parts = page.querySelector("[data-record] [data-parts]");
    if (!parts) throw new Error("no form came back");
    const ids = (where) => new Set([...where.querySelectorAll("[name$='-key']")].map((one) => one.value));
    const before = ids(form);
    const opened = [...form.querySelectorAll("details")].map((one) => one.open);
    form.querySelector("[data-parts]").replaceWith(document.importNode(parts, true));
    if (button.name === "add") {
      const row = [...form.querySelectorAll(".record-row")].find(
        (one) => !before.has(one.querySelector("[name$='-key']").value),
      );
      row?.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    } else {
      const [group] = button.value.split("/");
      form.querySelector(`[name=add][value=${group}]`)?.focus();
      if (opened.length === form.querySelectorAll("details").length) {
        form.querySelectorAll("details").forEach((one, place) => (one.open = opened[place]));
      }
    }
    typed();
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button?.matches("[data-rows]") || button.dataset.plain) {
      stop();
      return;
    }
    event.preventDefault();
    if (changing) return;
    changing = true;
    change(button)
      .catch(() => {
        // The page asks for it the plain way: whoever is signed out, or has a closed vault, is led on.
        button.dataset.plain = "true";
        form.requestSubmit(button);
      })
      .finally(() => (changing = false));
  });
}
