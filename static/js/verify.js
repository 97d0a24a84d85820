// The page by which anyone checks a serial. It works without this.
const says = document.querySelector("[data-check-says]");
const forms = document.querySelectorAll("[data-check]");
const say = (what) => {
  says.textContent = what ? says.dataset[what] : "";
};

// The printed code carries the serial in the address's fragment, which is never sent by itself.
function scanned() {
  const serial = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
  if (!serial) return;
  // A second code may be scanned while the answer to the first stands here.
  const form = document.querySelector("[data-serial-from-fragment]");
  const field = form.querySelector("[name=serial]");
  field.value = serial;
  history.replaceState(null, "", location.pathname);
  say("scanned");
  form.querySelector("[type=submit]").focus();
}

try {
  scanned();
} catch {
  // A fragment that cannot be read is none.
}
addEventListener("hashchange", scanned);

document.querySelector("[data-verdict]")?.focus();

for (const form of forms) {
  form.addEventListener("submit", (event) => {
    if (navigator.onLine === false) {
      event.preventDefault();
      say("offline");
      return;
    }
    say("sending");
  });
}
addEventListener("offline", () => say("offline"));
addEventListener("online", () => say("online"));
addEventListener("pageshow", () => says.textContent === says.dataset.sending && say(""));
