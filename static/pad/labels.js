// Statuses, people and answers in words, as every screen calls them.

import { entryOf, statusOf } from "./register.js";
import { labelOf, t } from "./words.js";

/** A status in a word. */
export function word(held, code) {
  const found = code && statusOf(held, code);
  return found ? labelOf(found) : t("no_mark");
}

/** Somebody on the roster, by her code and initials. */
export function called(held, entry) {
  const found = entryOf(held, entry);
  return found ? `${found.code} ${found.initials}`.trim() : t("somebody");
}

/** What an operation made, by its kind: marks aside. */
export const KINDS = { walk_in: "walk_in", headcount: "headcount", note: "note", signature: "signature", time: "session_time" };

/** What became of one operation, as a sentence. */
export function sentence(held, one) {
  if (one.answer === "rejected") return `${t("not_taken")} ${t(`reason_${one.reason || "other"}`)}`;
  if (KINDS[one.kind]) return t("met_another");
  return t("conflict", { mine: word(held, one.mine), theirs: word(held, one.status) });
}
