// Keeps the code of an unfinished report on this phone, and a receipt if its holder asks for that.
// Nothing that was answered is ever kept here.

const DRAFT = "note";
const RECEIPT = "note-done";

function read(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return "";
  }
}

function write(key, value) {
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
    return true;
  } catch {
    // A browser that refuses storage: the code is on the page, to be written down.
    return false;
  }
}

const draft = document.querySelector("[data-code]");
if (draft) write(DRAFT, draft.dataset.code);

const told = document.querySelector("[data-codes]");
if (told && told.dataset.codes) write(DRAFT, "");

const goOn = document.querySelector("[data-go-on]");
if (goOn && read(DRAFT)) {
  goOn.elements.code.value = read(DRAFT);
  goOn.hidden = false;
}

const keep = document.querySelector("[data-keep-receipt]");
if (keep) {
  keep.hidden = false;
  keep.addEventListener("click", () => {
    if (!write(RECEIPT, told.dataset.receipt)) return;
    keep.hidden = true;
    document.querySelector("[data-kept]").classList.remove("hush");
  });
}

const kept = document.querySelector("[data-kept-receipt]");
if (kept && read(RECEIPT)) {
  kept.elements.code.value = read(RECEIPT);
  kept.hidden = false;
  kept.querySelector("[data-forget-receipt]").addEventListener("click", () => {
    write(RECEIPT, "");
    kept.hidden = true;
  });
}

// A second touch sends nothing twice; the server would know, but she need not wonder.
for (const form of document.querySelectorAll("[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
