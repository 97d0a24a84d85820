// Leaving at once: a button on every page, or Shift three times within a second and a half.

const WITHIN = 1500;
const TIMES = 3;
let presses = [];

function leave(address) {
  document.documentElement.hidden = true;
  // The vault is closed by itself, should the page that follows never arrive.
  const vault = document.querySelector("[data-vault-close]");
  if (vault) navigator.sendBeacon(vault.action, new FormData(vault));
  try {
    sessionStorage.clear();
  } catch {
    // A browser that refuses storage has nothing to forget.
  }
  location.replace(address);
}

const button = document.querySelector("[data-leave]");

if (button) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    leave(button.href);
  });

  addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Shift") {
        presses = [];
        return;
      }
      if (event.repeat) return;
      presses = [...presses, event.timeStamp].filter((time) => event.timeStamp - time <= WITHIN);
      if (presses.length >= TIMES) leave(button.href);
    },
    true,
  );
}
