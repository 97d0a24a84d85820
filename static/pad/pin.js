// Before the register is open: the PIN, or a page that says that there is no register.

import { button, h, note, toast } from "./dom.js";
import { saveFiles } from "./dock.js";
import { openWith } from "./register.js";
import { show } from "./router.js";
import { status } from "./sync.js";
import { t } from "./words.js";

const MOST_TRIES = 10;

export function pinScreen(box) {
  const field = h("input", {
    id: "pin", class: "w10", type: "password", inputmode: "numeric", autocomplete: "off",
    maxlength: "32", "aria-describedby": "pin-error",
  });
  const wrong = h("p", { class: "error", id: "pin-error", role: "alert", hidden: true });
  const open = h("button", { class: "btn main", type: "submit" }, t("open"));
  const say = (left) => {
    wrong.hidden = false;
    wrong.textContent = t("wrong_pin", { left });
    field.setAttribute("aria-invalid", "true");
    field.value = "";
    field.focus();
  };
  const form = h(
    "form",
    {
      class: "form pin large",
      onsubmit: async (event) => {
        event.preventDefault();
        if (!field.value || open.disabled) return;
        open.disabled = true;
        open.textContent = t("opening");
        let left = null;
        try {
          ({ left } = await openWith(field.value));
        } catch {
          toast(t("reason_not_kept"));
        }
        open.disabled = false;
        open.textContent = t("open");
        if (left === 0) await show();
        else if (left !== null) say(left);
      },
    },
    h("div", { class: "field" }, h("label", { for: "pin" }, t("pin")), wrong, field),
    h("div", { class: "actions" }, open),
  );
  return {
    title: t("pad"),
    small: t("pin_asks"),
    body: [form, h("p", { class: "muted" }, t("pin_says"))],
    ready() {
      if (box.tries) say(MOST_TRIES - box.tries);
      field.focus();
    },
  };
}

export function nothingScreen() {
  return {
    title: t("pad"),
    body: [
      h(
        "div",
        { class: "empty" },
        h("h2", {}, t("nothing")),
        h("p", {}, t("nothing_says")),
        h("a", { class: "btn main", href: "/workshops/" }, t("to_workshops")),
      ),
      status.left
        ? note("warn", "wifi", h("p", {}, t("queue_stays")), h("p", {}, button(t("save_file"), saveFiles)))
        : null,
    ],
  };
}
