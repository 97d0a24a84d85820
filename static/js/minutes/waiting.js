// Sends what waits from before: from another page of this account, or from before the browser was closed.

import { all, forget } from "./journal.js";
import { canSeal, post, tagOf } from "./sending.js";

/** Which pages are open in this browser; they send by themselves. */
async function openPages() {
  const locks = await navigator.locks?.query();
  return new Set((locks?.held ?? []).map(({ name }) => name));
}

// In this tab, for whoever is signed in (static/js/typing.js): words that another page sent.
const SENT = "typed:minutes-sent";

/** How many words pages of other things have sent since this was asked. */
export function sentMeanwhile() {
  try {
    const count = Number(sessionStorage.getItem(SENT));
    sessionStorage.removeItem(SENT);
    return count;
  } catch {
    return 0;
  }
}

/** Send what waits from a page of something else; the next page of minutes tells of it. */
export async function sendFromElsewhere() {
  const { sent } = await sendWaiting();
  if (sent) sessionStorage.setItem(SENT, String(sentMeanwhile() + sent));
}

export const lockOf = (page) => `minutes ${page}`;

/**
 * Send it: `{sent, left, others, closed}`, in words, but for `others`, which are records of other
 * accounts, and `closed`, which are what the server sent back, as `[{record, said}]`.
 */
export async function sendWaiting() {
  const found = { sent: 0, left: 0, others: 0, closed: [] };
  if (!canSeal()) return found;
  const open = await openPages();
  for (const record of await all()) {
    if (open.has(lockOf(record.page))) continue;
    const tag = await tagOf(record);
    if (tag === null) {
      found.others += 1;
      continue;
    }
    try {
      const { status, said } = await post(tag.address, record);
      if (status === 200) {
        await forget(record.page, record.number);
        if (!said.known) found.sent += tag.words;
      } else {
        found.left += tag.words;
        // The minutes were closed, or there is no such item any more.
        if (said.typed) found.closed.push({ record, said });
      }
    } catch {
      found.left += tag.words;
    }
  }
  return found;
}
