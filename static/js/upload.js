// Says at once that a file is too large, before a slow line has carried it for nothing.

for (const form of document.querySelectorAll("form[data-upload]")) {
  const input = form.querySelector("input[type=file]");
  const said = document.createElement("p");
  said.className = "error";
  said.setAttribute("role", "alert");
  const check = () => {
    const large = [...input.files].some((file) => file.size > Number(form.dataset.upload));
    said.textContent = large ? form.dataset.tooLarge : "";
    if (large) input.before(said);
    else said.remove();
    input.toggleAttribute("aria-invalid", large);
    return !large;
  };
  input.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    if (check()) return;
    event.preventDefault();
    input.focus();
  });
}
