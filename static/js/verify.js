// The printed code carries the serial in the address's fragment, which is never sent by itself.
const form = document.querySelector("[data-serial-from-fragment]");
const serial = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
const field = form?.querySelector("[name=serial]");
if (field && serial && !field.value) {
  field.value = serial;
  history.replaceState(null, "", location.pathname);
  form.querySelector("[name=name]")?.focus();
}
