// What is always in sight: how much is not sent, and what can be done about it.

import { button, h, icon, say } from "./dom.js";
import { onStatus, sealedFiles, send, status } from "./sync.js";
import { clock, language, t } from "./words.js";

let shown = null;

/** Save what is not sent to files that the website takes in. */
export async function saveFiles() {
  for (const { name, text } of await sealedFiles()) {
    const address = URL.createObjectURL(new Blob([text], { type: "application/octet-stream" }));
    const link = h("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  }
}

const DOING = {
  sending: () => [t("sending"), null],
  ended: () => [t("ended"), h("a", { class: "btn s", href: "/workshops/" }, t("sign_in"))],
  revoked: () => [t("revoked"), button(t("save_file"), saveFiles, "s")],
  refused: () => [t("refused"), button(t("send_now"), () => send(true), "s")],
};

function unsent() {
  const box = h("div", { class: "unsent", role: "status" });
  const amount = h("b");
  let before = null;
  const fill = () => {
    const { left, state, sentAt } = status;
    amount.textContent = t("not_sent", { count: left });
    // While the rest stays, the rest is left alone.
    const now = left ? `${state} ${language}` : `sent ${sentAt} ${language}`;
    if (now === before) return;
    before = now;
    box.classList.toggle("none", left === 0);
    if (left === 0) {
      box.replaceChildren(
        icon("check", "s"),
        h("p", {}, sentAt ? t("all_sent_at", { time: clock(sentAt) }) : t("all_sent")),
      );
      return;
    }
    const waits = () => [t("kept_here"), button(t("send_now"), () => send(true), "s")];
    const [sentence, act] = (DOING[state] || waits)();
    box.replaceChildren(
      icon("wifi"),
      h("p", {}, amount, " ", sentence),
      act || "",
    );
  };
  fill();
  return { box, fill };
}

/** The dock of a screen; `foot` is what it has besides. */
export function dock(foot) {
  shown = unsent();
  return h("div", { class: "dock" }, shown.box, foot && h("div", {}, foot));
}

onStatus(({ left, state }) => {
  if (shown) shown.fill();
  if (state === "ended" && left) say(t("ended"));
});
