// Compares names just as the programme does (`compared_name` in kash/people/rules/persons.py): case,
// accents, kind of apostrophe, and spacing do not count. A test feeds both the same names.

const APOSTROPHES = /['`´‘’‛ʼʻʽ′＇ʹ]/gu;
const UNSEEN = /[\p{Mn}\p{Me}\p{Cf}]/gu;
const SPACE = /[\s\u001c-\u001f\u0085]/gu;

// Unicode's case folding, which JavaScript lacks: it is upper and then lower case but for these.
function folded(text) {
  return [...text]
    .map((sign) => {
      if (sign === "ı") return sign;
      const upper = sign.toUpperCase();
      return /\p{Script=Cherokee}/u.test(sign) ? upper : upper.toLowerCase();
    })
    .join("");
}

function part(text) {
  const plain = folded(text).normalize("NFKD").replace(APOSTROPHES, "").replace(UNSEEN, "");
  return folded(plain).replace(SPACE, "");
}

export function comparedName(name) {
  return name.replace(APOSTROPHES, "'").split("'").map(part).join("'");
}

/** Whether a typed name is the one of which a code holds this salted hash (bytes each). */
export async function nameMatches(typed, salt, hash) {
  const compared = comparedName(typed);
  if (!/[\p{L}\p{N}]/u.test(compared)) return false;
  const text = new TextEncoder().encode(compared);
  const both = new Uint8Array(salt.length + text.length);
  both.set(salt);
  both.set(text, salt.length);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", both));
  return hash.every((byte, place) => byte === digest[place]);
}
