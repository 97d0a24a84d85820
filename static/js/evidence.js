// Sends a file as a body of its own, sealed piece by piece as it arrives, and shows a cleaned copy
// in the page without leaving it on the device.

const HEAD = 4;

export function enhance(root) {
  for (const form of root.querySelectorAll("form[data-evidence]")) sends(form);
  for (const form of root.querySelectorAll("form[data-look]")) shows(form);
}

// --- Sending ---------------------------------------------------------------------------------

function said(form, text) {
  form.querySelector("[data-progress]").hidden = false;
  form.querySelector("[data-said]").textContent = text;
}

function wrong(field, text) {
  const box = field.closest(".field");
  box.querySelector(".error")?.remove();
  box.classList.toggle("wrong", Boolean(text));
  field.toggleAttribute("aria-invalid", Boolean(text));
  if (!text) return;
  const line = document.createElement("div");
  line.className = "error";
  line.setAttribute("role", "alert");
  const words = document.createElement("p");
  words.textContent = text;
  line.append(words);
  field.before(line);
}

function bodyOf(form, file) {
  const fields = {};
  for (const field of form.elements) {
    if (field.name && field.type !== "file" && field.name !== "csrf_token") {
      fields[field.name] = field.value;
    }
  }
  fields.uploaded_name = file.name;
  const words = new TextEncoder().encode(JSON.stringify(fields));
  const length = new DataView(new ArrayBuffer(HEAD));
  length.setUint32(0, words.length);
  return new Blob([length.buffer, words, file], { type: "application/octet-stream" });
}

function sends(form) {
  const input = form.querySelector("input[type=file]");
  const button = form.querySelector("button[type=submit]");
  const check = () => {
    const [file] = input.files;
    const large = file && file.size > Number(form.dataset.evidence);
    wrong(input, large ? form.dataset.tooLarge : "");
    return file && !large;
  };
  input.addEventListener("change", check);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (button.disabled) return;
    if (!check()) {
      if (!input.files.length) wrong(input, form.dataset.noFile);
      input.focus();
      return;
    }
    button.disabled = true;
    send(form, input.files[0]).finally(() => {
      button.disabled = false;
    });
  });
}

function send(form, file) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    const bar = form.querySelector("progress");
    bar.value = 0;
    said(form, "");
    request.upload.addEventListener("progress", (event) => {
      const percent = Math.floor((100 * event.loaded) / event.total);
      bar.value = percent;
      said(form, form.dataset.sending.replace("{percent}", percent));
    });
    request.upload.addEventListener("load", () => said(form, form.dataset.sealing));
    request.addEventListener("load", () => {
      answered(form, request);
      done();
    });
    request.addEventListener("error", () => {
      failed(form, form.dataset.failed);
      done();
    });
    request.open("POST", form.action || location.href);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRFToken", form.querySelector("[name=csrf_token]")?.value ?? "");
    request.setRequestHeader("X-Requested-With", "fetch");
    request.send(bodyOf(form, file));
  });
}

function failed(form, text) {
  form.querySelector("[data-progress]").hidden = true;
  const input = form.querySelector("input[type=file]");
  wrong(input, text);
  input.focus();
}

function answered(form, request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // No answer of ours: what is said below is all there is to say.
  }
  if (request.status === 201 && answer.to) {
    location.assign(answer.to);
    return;
  }
  if (request.status === 401) {
    // Signed out: the page leads to where one signs in.
    location.reload();
    return;
  }
  if (answer.errors) {
    form.querySelector("[data-progress]").hidden = true;
    for (const [name, texts] of Object.entries(answer.errors)) {
      const field = form.elements[name];
      if (!field) continue;
      wrong(field, texts.join(" "));
      field.focus();
    }
    return;
  }
  failed(form, answer.vault === "closed" ? form.dataset.closed : answer.error || form.dataset.failed);
}

// --- Showing ---------------------------------------------------------------------------------

const MADE = {
  photo: () => document.createElement("img"),
  sound: () => document.createElement("audio"),
  video: () => document.createElement("video"),
};

function shows(form) {
  const place = form.querySelector("[data-shown]");
  const line = form.querySelector("[data-said]");
  const button = form.querySelector("button[type=submit]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    line.hidden = true;
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-Requested-With": "fetch" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (answer.status === 401 || answer.status === 423) {
        location.reload();
        return;
      }
      if (!answer.ok) throw new Error(`answer ${answer.status}`);
      show(form, place, await answer.blob());
      button.remove();
      place.querySelector("audio, video")?.focus();
    } catch {
      line.textContent = form.dataset.failed;
      line.hidden = false;
      button.disabled = false;
    }
  });
}

function show(form, place, copy) {
  const address = URL.createObjectURL(copy);
  const shown = MADE[form.dataset.look]();
  if (shown instanceof HTMLImageElement) shown.alt = form.dataset.label;
  else {
    shown.controls = true;
    shown.setAttribute("aria-label", form.dataset.label);
  }
  shown.src = address;
  place.replaceChildren(shown);
  place.hidden = false;
  addEventListener("pagehide", () => {
    place.replaceChildren();
    URL.revokeObjectURL(address);
  });
}
