// Says at once that a file, or what was pasted, is too large, before a slow line has carried it for nothing.

for (const form of document.querySelectorAll("form[data-upload]")) {
  const inputs = [...form.querySelectorAll("input[type=file], textarea")];
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  const size = (input) => Math.max(0, ...[...(input.files ?? [new Blob([input.value])])].map((file) => file.size));
  const check = () => {
    const large = inputs.find((input) => size(input) > Number(form.dataset.upload));
    said.textContent = large ? form.dataset.tooLarge : "";
    if (large) large.before(said);
    else said.remove();
    for (const input of inputs) {
      if (input === large) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    return large;
  };
  form.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    const large = check();
    if (!large) return;
    event.preventDefault();
    large.focus();
  });
}
