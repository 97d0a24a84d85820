// Draws a design anew a moment after something was typed. Without it, "Preview" opens a new tab.

const form = document.querySelector("form[data-preview]");
const picture = document.querySelector("[data-preview-picture]");
const status = document.querySelector("[data-preview-status]");
const who = document.querySelector("[data-preview-who]");

if (form && picture && status && who) {
  let waiting = 0;
  let running = null;
  let shown = "";
  who.hidden = false;
  form.querySelector("[data-show]")?.remove();

  const draw = async () => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    status.textContent = status.dataset.drawing;
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new FormData(form),
        headers: { "X-Requested-With": "fetch" },
        signal,
      });
      if (answer.status === 503) {
        // Another page is being drawn: this one comes later.
        status.textContent = status.dataset.late;
        waiting = setTimeout(draw, 1500);
        return;
      }
      if (!answer.ok || answer.headers.get("Content-Type") !== "image/png") throw new Error("not drawn");
      const address = URL.createObjectURL(await answer.blob());
      picture.src = address;
      if (shown) URL.revokeObjectURL(shown);
      shown = address;
      status.textContent = status.dataset.shown;
    } catch {
      if (!signal.aborted) status.textContent = status.dataset.failed;
    }
  };

  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(draw, 900);
  };
  form.addEventListener("input", soon);
  who.addEventListener("change", soon);
}
