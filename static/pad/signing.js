// Signatures on the screen. The lines are sealed to the server as soon as they are saved; this phone
// only remembers that somebody signed.

import { button, h, toast } from "./dom.js";
import { called } from "./labels.js";
import { make, standing, statusOf } from "./register.js";
import { made } from "./sync.js";
import { t } from "./words.js";

const WIDE = 1000;
const MOST_POINTS = 4000;
const MOST_STROKES = 200;
// Points nearer than this to the one before say nothing new.
const NEAR = 3;

export function signaturesScreen(held, slot) {
  const signed = held.signed[slot.id] || {};
  const here = held.roster.filter((one) => {
    const { status } = standing(held, slot.id, one.entry);
    return status && statusOf(held, status) && statusOf(held, status).weight > 0;
  });
  const count = here.filter((one) => signed[one.entry]).length;
  return {
    title: t("signatures"),
    small: slot.label,
    back: [`#s/${slot.id}`, slot.label],
    body: [
      h("p", { class: "muted" }, t("signatures_says")),
      here.length
        ? h(
            "ul",
            { class: "signatures" },
            here.map((one) =>
              h(
                "li",
                {},
                h("span", {}, h("b", {}, `${one.code} ${one.initials}`), h("small", {}, t("group", { letter: one.letter }))),
                signed[one.entry]
                  ? h("span", { class: "tag good" }, t("signed"))
                  : h("a", { class: "btn", href: `#s/${slot.id}/sign/${one.entry}` }, t("sign"), h("span", { class: "hush" }, ` ${one.code} ${one.initials}`)),
              ),
            ),
          )
        : h("div", { class: "empty" }, h("h2", {}, t("nobody_present")), h("p", {}, t("nobody_present_says"))),
    ],
    foot: [h("p", { class: "sum" }, h("b", {}, t("signed_of", { count, all: here.length })))],
  };
}

export function signScreen(held, slot, entry) {
  const strokes = [];
  let stroke = null;
  let points = 0;
  const canvas = h("canvas", { class: "signature", "aria-label": t("sign_here"), role: "img", tabindex: "0" });
  const save = button(t("save_signature"), keep, "main", { disabled: true });
  const back = `#s/${slot.id}/signatures`;

  function draw() {
    const { width } = canvas;
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, width, canvas.height);
    pen.strokeStyle = getComputedStyle(canvas).color;
    pen.lineWidth = Math.max(2, width / 250);
    pen.lineCap = pen.lineJoin = "round";
    const scale = width / WIDE;
    for (const line of strokes) {
      pen.beginPath();
      line.forEach(([x, y], place) => pen[place ? "lineTo" : "moveTo"](x * scale, y * scale));
      if (line.length === 1) pen.lineTo(line[0][0] * scale + 0.1, line[0][1] * scale);
      pen.stroke();
    }
  }
  function fit() {
    const box = canvas.getBoundingClientRect();
    const dense = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * dense);
    canvas.height = Math.round(box.height * dense);
    draw();
  }
  // Both ways in thousandths of the width, so that a signature keeps its shape.
  function at(event) {
    const box = canvas.getBoundingClientRect();
    const part = (value) => Math.max(0, Math.min(WIDE, Math.round((value / box.width) * WIDE)));
    return [part(event.clientX - box.left), part(event.clientY - box.top)];
  }
  canvas.addEventListener("pointerdown", (event) => {
    if (strokes.length >= MOST_STROKES || points >= MOST_POINTS) return;
    canvas.setPointerCapture(event.pointerId);
    stroke = [at(event)];
    strokes.push(stroke);
    points += 1;
    save.disabled = false;
    draw();
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke) return;
    for (const each of event.getCoalescedEvents ? event.getCoalescedEvents() : [event]) {
      const [x, y] = at(each);
      const [lastX, lastY] = stroke[stroke.length - 1];
      if (points >= MOST_POINTS || Math.hypot(x - lastX, y - lastY) < NEAR) continue;
      stroke.push([x, y]);
      points += 1;
    }
    draw();
  });
  const end = () => {
    stroke = null;
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  addEventListener("resize", fit);

  function clear() {
    strokes.length = 0;
    points = 0;
    save.disabled = true;
    draw();
  }
  async function keep() {
    save.disabled = true;
    try {
      await make([{ op: { kind: "signature", slot: slot.id, entry, strokes } }]);
    } catch {
      save.disabled = false;
      toast(t("reason_not_kept"));
      return;
    }
    clear();
    made(1);
    location.hash = back;
    toast(t("signature_saved"));
  }
  return {
    title: called(held, entry),
    small: t("sign_here"),
    back: [back, t("signatures")],
    body: [canvas, h("div", { class: "actions" }, save, button(t("clear"), clear))],
    ready: fit,
    leave: () => removeEventListener("resize", fit),
  };
}

