// A text under a receipt: it is sent without leaving the page, so that what was typed stays when the
// network is gone, and goes by itself once there is one. Nothing of it is kept on this phone.

const AGAIN = 5000;
const PATIENCE = 30_000;

let busy = false;
let timer = 0;

const hasLeft = () => "left" in document.documentElement.dataset;

async function send(form, button) {
  clearTimeout(timer);
  const said = form.querySelector("[data-not-sent]");
  const [network, server] = said.querySelectorAll("p");
  let refused = false;
  busy = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, button)),
      credentials: "same-origin",
      signal: AbortSignal.timeout?.(PATIENCE),
    });
    const main = answer.ok || answer.status === 422 ? await page(answer) : null;
    refused = !main;
    if (hasLeft()) return;
    if (!main) throw new Error(`answer ${answer.status}`);
    document.querySelector("main").replaceWith(main);
    scrollTo(0, 0);
  } catch {
    if (hasLeft()) return;
    [network.hidden, server.hidden, said.hidden] = [refused, !refused, false];
    said.scrollIntoView({ block: "nearest" });
    if (!refused) timer = setTimeout(() => form.isConnected && form.requestSubmit(button), AGAIN);
  } finally {
    busy = false;
  }
}

/** What a page of the receipt says; null of any other, such as one for signing in. */
async function page(answer) {
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  return answer.redirected ? null : next.querySelector("main");
}

addEventListener("online", () => {
  const form = document.querySelector("form[data-text]");
  if (form && !form.querySelector("[data-not-sent]").hidden && !busy) form.requestSubmit(form.querySelector("[name=go]"));
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-text]")) return;
  event.preventDefault();
  // A second touch sends nothing twice.
  if (!busy) send(event.target, event.submitter);
});
