// Who is shown of a register, on a phone that took it along and on the website alike: a part of the
// name or the code, or the first letters of the initials; everyone, who has no mark, or who is marked
// as anything but present.

const PRESENT = "present";

const plain = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "").toLowerCase().trim();
const letters = (text) => plain(text).replace(/[^\p{L}\p{N}]/gu, "");

/** `one`: code, name or initials, and status ("" without a mark). */
export function isShown({ code = "", name = "", initials = "", status = "" }, typed, show) {
  const wanted = plain(typed);
  const found =
    !wanted ||
    plain(code).includes(wanted) ||
    plain(name).includes(wanted) ||
    (letters(wanted) !== "" && letters(initials).startsWith(letters(wanted)));
  if (show === "open") return found && !status;
  if (show === "exceptions") return found && Boolean(status) && status !== PRESENT;
  return found;
}
