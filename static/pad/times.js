// One tap as a session begins and one as it ends: so the course learns how long it really takes.

import { button, h, toast } from "./dom.js";
import { make, timesOf } from "./register.js";
import { made } from "./sync.js";
import { clock, t } from "./words.js";

const MINUTE = 60000;

/** The line of a session that says when it began and ended, with what can be tapped now. `draw`
 * shows it anew. */
export function timeLine(held, slot) {
  const line = h("div", { class: "taught", role: "group", "aria-label": t("session_time") });

  async function tap(edge, undoes) {
    const { start } = timesOf(held, slot.id);
    if (edge === "end" && !undoes && start && Date.now() - Date.parse(start.at) < MINUTE) {
      toast(t("reason_time_end_first"));
      return;
    }
    try {
      await make([{ op: { kind: "time", slot: slot.id, edge, ...(undoes && { undoes }) } }]);
    } catch {
      toast(t("reason_not_kept"));
      return;
    }
    made(1);
    draw();
    const next = line.querySelector("button");
    if (next) next.focus();
  }

  function draw() {
    const { start, end } = timesOf(held, slot.id);
    const last = end ? "end" : "start";
    const said = end || start;
    const began = start ? t("began_at", { time: clock(start.at) }) : "";
    const ended = end ? t("ended_at", { time: clock(end.at) }) : "";
    const minutes = start && end ? Math.round((Date.parse(end.at) - Date.parse(start.at)) / MINUTE) : 0;
    line.replaceChildren(
      ...[
        (began || ended) && h("p", {}, [began, ended, minutes > 0 && t("minutes", { count: minutes })].filter(Boolean).join(" · ")),
        !start && !end && button(t("begins_now"), () => tap("start"), "s"),
        start && !end && button(t("ends_now"), () => tap("end"), "s"),
        // Only what this phone said itself; the rest is changed on the website.
        said && said.op_id && button(t("take_back"), () => tap(last, said.op_id), "s"),
      ].filter(Boolean),
    );
  }

  draw();
  return { line, draw };
}
