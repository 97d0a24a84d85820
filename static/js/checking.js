// Reads what a certificate's code holds and tells how it stands, on the phone alone. The layout is
// told in kash/certificates/rules/issuing.py, the list of revoked ones in rules/status.py.

const LENGTH = 105;
const SIGNED = 41; // what stands before the signature
const SIGNED_AS = new TextEncoder().encode("kash certificate 1\0");
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const ENTRY = 11;
const TAG = 8;
const DAY = 86400000;
const FIRST_DAY = Date.UTC(2000, 0, 1);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

function fromBase64(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** The bytes in a code's text or in an address's fragment; null if it is none of ours. */
export function payloadIn(text) {
  const fragment = text.slice(text.lastIndexOf("#") + 1).trim().toUpperCase();
  if (fragment.length !== (LENGTH * 8) / 5) return null;
  const bytes = new Uint8Array(LENGTH);
  let bits = 0;
  let held = 0;
  let place = 0;
  for (const sign of fragment) {
    const value = BASE32.indexOf(sign);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[place++] = (held >> bits) & 0xff;
    }
  }
  return bytes;
}

function serialIn(bytes) {
  let number = 0n;
  for (const byte of bytes) number = number * 256n + BigInt(byte);
  let serial = "";
  for (let place = 0; place < 12; place++) {
    serial = CROCKFORD[Number(number % 32n)] + serial;
    number /= 32n;
  }
  return serial;
}

/** What a code says, whether or not anyone signed it. Months: January 2000 is 1, never is 0. */
export function claimIn(bytes) {
  const number = (place) => bytes[place] * 256 + bytes[place + 1];
  return {
    version: bytes[0],
    keyId: hex(bytes.slice(1, 5)),
    serial: serialIn(bytes.slice(5, 13)),
    titleId: hex(bytes.slice(13, 17)),
    issued: number(17),
    expires: number(19),
    salt: bytes.slice(21, 29),
    nameHash: bytes.slice(29, 41),
  };
}

async function isSigned(signature, message, publicKey) {
  try {
    const kind = { name: "Ed25519" };
    const key = await crypto.subtle.importKey("raw", publicKey, kind, false, ["verify"]);
    return await crypto.subtle.verify(kind, key, signature, message);
  } catch {
    // A browser that does not know Ed25519.
    const { verifyAsync } = await import("../vendor/noble-ed25519.js");
    return verifyAsync(signature, message, publicKey, { zip215: false });
  }
}

/** What a published list holds, if one of the keys signed it and it is this programme's; else null. */
export async function openedList(list, keys) {
  if (!list || !keys) return null;
  try {
    const decoder = new TextDecoder();
    const header = JSON.parse(decoder.decode(fromBase64(list.protected)));
    const key = keys.keys.find((each) => each.kid === header.kid);
    if (!key || header.typ !== "kash-status+jwt") return null;
    const message = new TextEncoder().encode(`${list.protected}.${list.payload}`);
    if (!(await isSigned(fromBase64(list.signature), message, fromBase64(key.x)))) return null;
    const claims = JSON.parse(decoder.decode(fromBase64(list.payload)));
    if (claims.iss !== keys.issuer) return null;
    return {
      asOf: claims.iat * 1000,
      salt: fromBase64(claims.salt),
      entries: fromBase64(claims.entries),
      classes: claims.classes,
    };
  } catch {
    return null;
  }
}

async function revokedIn(list, serial) {
  const text = new TextEncoder().encode(serial);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", joined(list.salt, text)));
  for (let start = 0; start < list.entries.length; start += ENTRY) {
    const entry = list.entries.subarray(start, start + ENTRY);
    let place = 0;
    while (place < TAG && entry[place] === digest[place]) place++;
    if (place < TAG) continue;
    const [high, low, reason] = [8, 9, 10].map((each) => entry[each] ^ digest[each]);
    return {
      day: new Date(FIRST_DAY + (high * 256 + low) * DAY),
      reason: list.classes[reason] || "other",
    };
  }
  return null;
}

const monthOf = (date) => (date.getFullYear() - 2000) * 12 + date.getMonth() + 1;
const monthOfDay = (text) => (Number(text.slice(0, 4)) - 2000) * 12 + Number(text.slice(5, 7));

/**
 * How a certificate stands: `standing` is valid, expired, revoked, unknown (not ours), doubted (its
 * key proves nothing any more) or unsure (the phone lacks what it takes). `fresh` says that the keys
 * were asked for just now, so that one that is not among them is none of ours.
 */
export async function check(bytes, { keys, list, fresh, now }) {
  const claim = claimIn(bytes);
  if (claim.version !== 1) return { standing: fresh ? "unknown" : "unsure" };
  if (!keys) return { standing: "unsure" };
  const key = keys.keys.find((each) => each.kid === claim.keyId);
  if (!key) return { standing: fresh ? "unknown" : "unsure" };
  const message = joined(SIGNED_AS, bytes.subarray(0, SIGNED));
  if (!(await isSigned(bytes.subarray(SIGNED), message, fromBase64(key.x))))
    return { standing: "unknown" };
  if (key.doubted) return { standing: "doubted", claim };
  // Whoever still has an old key cannot make newer paper with it.
  if (key.until && claim.issued > monthOfDay(key.until)) return { standing: "unknown" };
  if (!list) return { standing: "unsure" };
  const told = { claim, asOf: list.asOf, title: keys.titles[claim.titleId] || "" };
  const revoked = await revokedIn(list, claim.serial);
  if (revoked) return { ...told, standing: "revoked", revoked };
  // A phone's clock may be slow, but never slower than what it was told.
  const month = monthOf(new Date(Math.max(now, list.asOf)));
  if (claim.expires && claim.expires < month) return { ...told, standing: "expired" };
  return { ...told, standing: "valid" };
}
