// Sealing what is written to the server, and sending it.

import { fromText, lock, sealer, unlock } from "../../pad/keys.js";

const PATIENCE = 10_000;
const body = document.body;

/** Whether this browser can seal: only on a safe connection. */
export const canSeal = () => Boolean(globalThis.crypto?.subtle && body.dataset.typing);

let asked = null;
/** The key of pages of this account, which no browser keeps. */
function accountKey() {
  asked ??= crypto.subtle.importKey("raw", fromText(body.dataset.typing), "AES-GCM", false, ["encrypt", "decrypt"]);
  return asked;
}

/** `seal(page, number, value, tag)` for one item; nothing in this browser can open what it makes. */
export async function sealerOf(item, jwk) {
  const sealing = await sealer(jwk, `kash minutes v1 ${body.dataset.owner} ${item}`);
  return async (page, number, value, tag) => ({
    page,
    number,
    ...(await sealing.seal(`${page}:${number}`, value)),
    tag: await lock(await accountKey(), page, tag),
  });
}

/** Where a record goes and how many words it has; null if another account wrote it. */
export async function tagOf(record) {
  try {
    return await unlock(await accountKey(), record.page, record.tag);
  } catch {
    return null;
  }
}

/** What the server answers: `{status, said}`. Rejects without a network. */
export async function post(address, { page, number, epk, iv, ct }, keepalive = false) {
  const fields = new FormData();
  const sent = Date.now();
  for (const [name, value] of Object.entries({ page, number, epk, iv, ct, sent })) fields.append(name, value);
  const found = await answered(address, { method: "POST", body: fields, keepalive });
  if (found.status !== 400 || keepalive || !(await renewToken())) return found;
  return answered(address, { method: "POST", body: fields });
}

/** Whoever signed in again in another tab goes on in this one; true if it is the same person. */
async function renewToken() {
  const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [mine, now] = [document, page].map((one) => one.querySelector("meta[name=csrf-token]"));
  if (!mine || !now || page.body.dataset.owner !== body.dataset.owner || mine.content === now.content) return false;
  mine.content = now.content;
  return true;
}

export const ask = (address) => answered(address, {});

async function answered(address, more) {
  const answer = await fetch(address, {
    ...more,
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE),
    headers: {
      "X-Requested-With": "fetch",
      "X-CSRFToken": document.querySelector("meta[name=csrf-token]")?.content ?? "",
    },
  });
  return { status: answer.status, said: await answer.json().catch(() => ({})) };
}
