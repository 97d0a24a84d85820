// Asks on the spot what the link's own page would ask; the answer goes to the same address.

function ask(link) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "dialog-question");
  const question = document.createElement("h2");
  question.id = "dialog-question";
  question.textContent = link.dataset.question;
  dialog.append(question);
  if (link.dataset.text) {
    const text = document.createElement("p");
    text.textContent = link.dataset.text;
    dialog.append(text);
  }

  const form = document.createElement("form");
  form.method = "post";
  form.action = link.href;
  form.className = "actions";
  const token = document.createElement("input");
  token.type = "hidden";
  token.name = "csrf_token";
  token.value = document.querySelector("meta[name=csrf-token]")?.content ?? "";

  const yes = document.createElement("button");
  yes.type = "submit";
  yes.className = link.classList.contains("bad") ? "btn bad" : "btn main";
  yes.textContent = link.dataset.yes;
  const no = document.createElement("button");
  no.type = "button";
  no.className = "btn";
  no.textContent = link.dataset.no;
  no.autofocus = true;
  no.addEventListener("click", () => dialog.close());
  form.append(token, yes, no);
  form.addEventListener("submit", (event) => {
    // A second touch sends nothing twice.
    if (yes.hasAttribute("aria-disabled")) event.preventDefault();
    yes.setAttribute("aria-disabled", "true");
  });
  dialog.append(form);

  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-confirm]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !plain || event.defaultPrevented) return;
  event.preventDefault();
  ask(link);
});
