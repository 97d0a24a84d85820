// The code on the wall: fetched anew as soon as its ten seconds are over.

const wall = document.querySelector("[data-wall]");
const fill = document.querySelector("[data-fill]");
const AGAIN = 3000; // milliseconds until the next try when the network failed

async function renew() {
  let wait = AGAIN;
  try {
    const answer = await fetch(wall.dataset.wall, { headers: { "X-Requested-With": "fetch" } });
    if (answer.ok) {
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html");
      const code = shown.querySelector(".wall");
      wall.replaceChildren(code);
      wait = Number(code.dataset.left) + 50;
    } else if (answer.status === 401 || answer.status === 403) {
      location.reload();
      return;
    }
  } catch {
    // The old code stays until the network is back; nobody is let in by it.
  }
  setTimeout(renew, wait);
}

setTimeout(renew, Number(wall.querySelector(".wall").dataset.left) + 50);

if (document.fullscreenEnabled) {
  fill.hidden = false;
  fill.addEventListener("click", () => document.documentElement.requestFullscreen());
  addEventListener("fullscreenchange", () => {
    fill.hidden = document.fullscreenElement !== null;
  });
}
