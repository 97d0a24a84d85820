// Keys: the pad's own for signing, the PIN's for what lies on the phone, and one for each showing of
// the page by which operations are sealed to the server, so that this phone cannot read them again.

const text = new TextEncoder();
const CURVE = { name: "ECDSA", namedCurve: "P-256" };
const AGREEMENT = { name: "ECDH", namedCurve: "P-256" };
// Sizes tell less: operations fill whole blocks of so many bytes.
const BLOCK = 128;
// What a phone of 2019 does in about a second, once for each PIN.
export const ROUNDS = 400000;

export const bytes = (length) => crypto.getRandomValues(new Uint8Array(length));

export function toText(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function fromText(written) {
  const binary = atob(written.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A random id of an operation. */
export function operationId() {
  const drawn = bytes(16);
  drawn[6] = (drawn[6] & 15) | 64;
  drawn[8] = (drawn[8] & 63) | 128;
  const hex = Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** A public id, as the server draws them. */
export function publicId() {
  return Array.from(bytes(16), (byte) => "0123456789abcdefghjkmnpqrstvwxyz"[byte & 31]).join("");
}

/** A pair whose private half never leaves the browser. */
export async function signingPair() {
  const pair = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
  return { key: pair.privateKey, jwk: await crypto.subtle.exportKey("jwk", pair.publicKey) };
}

export async function sign(key, message) {
  const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, text.encode(message));
  return toText(made);
}

/** The key that a PIN and what lies on this phone make together. */
export async function pinKey(pin, salt, share, rounds) {
  const both = new Uint8Array(salt.length + share.length);
  both.set(salt);
  both.set(share, salt.length);
  const typed = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "PBKDF2", hash: "SHA-256", salt: both, iterations: rounds },
    typed,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

export async function lock(key, kind, value) {
  const iv = bytes(12);
  const ct = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: text.encode(kind) },
    key,
    text.encode(JSON.stringify(value)),
  );
  return { iv, ct };
}

/** What was locked. Rejects if the key is another. */
export async function unlock(key, kind, { iv, ct }) {
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv, additionalData: text.encode(kind) },
    key,
    ct,
  );
  return JSON.parse(new TextDecoder().decode(plain));
}

async function agreed(secret, open, raw, info, uses) {
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: open }, secret, 256);
  const shared = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: raw, info: text.encode(info) },
    shared,
    { name: "AES-GCM", length: 256 },
    false,
    uses,
  );
}

/**
 * Seals to the holder of a public key: `{epk, seal(named, value)}`. The private half of the pair
 * that is made for it is not kept, and the key that is can only encrypt.
 */
export async function sealer(jwk, info) {
  const open = await crypto.subtle.importKey("jwk", jwk, AGREEMENT, false, []);
  const pair = await crypto.subtle.generateKey(AGREEMENT, false, ["deriveBits"]);
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  const key = await agreed(pair.privateKey, open, raw, info, ["encrypt"]);
  const epk = toText(raw);
  return {
    epk,
    async seal(named, value) {
      const plain = text.encode(JSON.stringify(value));
      const padded = new Uint8Array(Math.ceil(plain.length / BLOCK) * BLOCK).fill(32);
      padded.set(plain);
      const iv = bytes(12);
      const ct = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv, additionalData: text.encode(named) },
        key,
        padded,
      );
      return { epk, iv: toText(iv), ct: toText(ct) };
    },
  };
}

/** A pair to which the phone seals for itself what it may read only once the PIN was typed. */
export async function inboxPair() {
  const pair = await crypto.subtle.generateKey(AGREEMENT, true, ["deriveBits"]);
  return {
    open: await crypto.subtle.exportKey("jwk", pair.publicKey),
    secret: await crypto.subtle.exportKey("jwk", pair.privateKey),
  };
}

export async function unseal(secretJwk, info, named, { epk, iv, ct }) {
  const secret = await crypto.subtle.importKey("jwk", secretJwk, AGREEMENT, false, ["deriveBits"]);
  const raw = fromText(epk);
  const open = await crypto.subtle.importKey("raw", raw, AGREEMENT, false, []);
  const key = await agreed(secret, open, raw, info, ["decrypt"]);
  const plain = await crypto.subtle.decrypt(
    { name: "AES-GCM", iv: fromText(iv), additionalData: text.encode(named) },
    key,
    fromText(ct),
  );
  return JSON.parse(new TextDecoder().decode(plain));
}
