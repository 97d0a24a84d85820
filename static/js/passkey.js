// Passkeys. The form says where its challenge comes from; the device's answer goes into the form,
// which is then sent like any other.
import "../vendor/simplewebauthn-browser.min.js";

const { browserSupportsWebAuthn, startAuthentication, startRegistration } =
  globalThis.SimpleWebAuthnBrowser;

async function optionsFrom(form) {
  const answer = await fetch(form.dataset.passkey, {
    method: "POST",
    headers: {
      "X-CSRFToken": form.querySelector("[name=csrf_token]")?.value ?? "",
      "X-Requested-With": "fetch",
    },
  });
  // Signed out, or the password is asked for again: the page says so by itself.
  if (answer.status === 401 || answer.redirected) {
    location.reload();
    return null;
  }
  if (!answer.ok) throw new Error("refused");
  return answer.json();
}

function say(form, text) {
  form.querySelector("[data-passkey-says]").textContent = text;
}

async function run(form) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  say(form, form.dataset.waits);
  try {
    const optionsJSON = await optionsFrom(form);
    if (!optionsJSON) return;
    const adds = "passkeyAdds" in form.dataset;
    const credential = await (adds ? startRegistration : startAuthentication)({ optionsJSON });
    form.querySelector("[name=credential]").value = JSON.stringify(credential);
    form.submit();
  } catch (error) {
    const known = error?.name === "InvalidStateError";
    say(form, known ? form.dataset.known : form.dataset.failed);
    button.disabled = false;
  }
}

export function enhance(root) {
  for (const form of root.querySelectorAll("[data-passkey]:not([data-ready])")) {
    form.dataset.ready = "true";
    if (!browserSupportsWebAuthn()) {
      say(form, form.dataset.missing);
      form.querySelector("button[type=submit]").disabled = true;
      continue;
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (form.reportValidity()) run(form);
    });
  }
}
