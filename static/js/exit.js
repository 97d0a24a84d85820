// Leaving at once: a button on every page, or Shift three times within a second and a half.

const WITHIN = 1500;
const TIMES = 3;
let presses = [];

function leave(address) {
  document.documentElement.hidden = true;
  // Without a network nothing arrives: this has the next request, whenever it comes, end all.
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `left=1; Path=/; Max-Age=86400; SameSite=Lax${secure}`;
  // The vault is closed by itself, should the page that follows never arrive.
  const vault = document.querySelector("[data-vault-close]");
  if (vault) {
    const said = new FormData(vault);
    said.set("leaving", "1");
    navigator.sendBeacon(vault.action, said);
  }
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
