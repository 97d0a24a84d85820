// Loads only what the page at hand needs. Every page works without any of it.
import "./pageshow.js";
// Before anything can be pressed, so that a button that asks leads nowhere else.
import "./dialog.js";

// Ctrl and K (on a Mac the command key) lead to the search, but where something is being typed. One
// key alone would answer to a slip (WCAG 2.1.4).
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  if (event.altKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  const box = [...document.querySelectorAll("[data-find]")].find((each) => each.checkVisibility());
  const link = document.querySelector("[data-find-page]");
  if (!box && !link) return;
  event.preventDefault();
  if (box) box.focus();
  else location.assign(link.href);
});

const PARTS = [
  ["[data-reorder]", "./reorder.js"],
  ["[data-register]", "./register.js"],
  ["[data-grid]", "./grid.js"],
  ["[data-autosave]", "./autosave.js"],
  ["[data-unsent]", "./unsent.js"],
  ["[data-narrow]", "./narrow.js"],
  ["form[data-ticked]", "./ticked.js"],
  ["[data-sum]", "./sums.js"],
  ["[data-job]", "./progress.js"],
  ["[data-passkey]", "./passkey.js"],
  ["[data-vault], [data-rotation]", "./vault.js"],
  ["[data-record]", "./record.js"],
  ["[data-evidence], [data-look]", "./evidence.js"],
  ["[data-copy], [data-print]", "./copy.js"],
  ["input[data-code]", "./code.js"],
  ["[data-calendar]", "./calendar.js"],
  ["[data-capitals]", "./capitals.js"],
  ["[data-live-minutes]", "./minutes/page.js"],
];

async function enhance(root) {
  for (const [selector, address] of PARTS) {
    if (root.matches?.(selector) || root.querySelector(selector)) {
      (await import(address)).enhance(root);
    }
  }
}

function keptSomething() {
  try {
    return sessionStorage.length > 0;
  } catch {
    return false;
  }
}

// First of all, so that nobody is shown what another account typed in this tab.
if (document.querySelector("[data-keep], [data-register]") || keptSomething()) {
  await import("./typing.js");
}

enhance(document);

// What a register on this phone has not sent yet goes from any page, whoever is signed in.
try {
  // So does what was written in minutes, once its author is signed in here.
  if (localStorage.getItem("minutes-waits") && !document.querySelector("[data-live-minutes]")) {
    import("./minutes/waiting.js").then(({ sendFromElsewhere }) => sendFromElsewhere(), () => undefined);
  }
  if (localStorage.getItem("pad-waits")) {
    // A page that is left before this has arrived is followed by another, which tries again.
    import("../pad/sync.js").then(({ send }) => send(), () => undefined);
  }
} catch {
  // A browser that refuses storage holds no register.
}

document.addEventListener("htmx:afterSettle", (event) => enhance(event.target));

// Read first after a form came back.
document.querySelector("[data-errors]")?.focus();

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-forget]")) {
    try {
      sessionStorage.clear();
    } catch {
      // Nothing to forget.
    }
  }
});

// The tab of this page is in view.
const strips = new ResizeObserver((all) => {
  for (const { target } of all) {
    const [tab, strip] = [target.querySelector("[aria-current]"), target].map((one) => one.getBoundingClientRect());
    target.scrollLeft += tab.left + tab.width / 2 - strip.left - strip.width / 2;
  }
});
for (const strip of document.querySelectorAll(".tabs:has([aria-current])")) strips.observe(strip);

// The panel of further pages closes like any menu does.
const more = document.querySelector(".bar details");
if (more) {
  document.addEventListener("click", (event) => {
    if (!more.contains(event.target)) more.open = false;
  });
  more.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && more.open) {
      more.open = false;
      more.querySelector("summary").focus();
    }
  });
}
