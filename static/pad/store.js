// What lies on the phone. In clear: the pads' ids, keys that cannot be taken out, the server's
// public key, how often a wrong PIN was typed, the language. Everything else is sealed: the queue
// to the server, the register under the PIN.
//
//   pads     pad → its keys, what the server last said of it
//   queue    (pad, number) → one operation, sealed to the server
//   held     "register" → the register, under the PIN
//   log      what was done since, one record after another, under the PIN
//   answers  what the server said while the register was locked, sealed to the register
//   facts    language, difference of the clocks, the last number of each pad

// The first three are also known to static/js/exit.js, which wipes from any page.
export const NAME = "pad";
export const VERSION = 1;
export const UNDER_PIN = ["held", "log", "answers"];
// Half of what the PIN's key is made from lies here, because it can be removed within one step,
// while a page is being left.
const SHARE = "pad";

let opening = null;

function open() {
  opening =
    opening ||
    new Promise((resolve, reject) => {
      const asked = indexedDB.open(NAME, VERSION);
      asked.onupgradeneeded = () => {
        const made = asked.result;
        made.createObjectStore("pads", { keyPath: "pad" });
        made.createObjectStore("queue", { keyPath: ["pad", "seq"] });
        made.createObjectStore("held");
        made.createObjectStore("log", { autoIncrement: true });
        made.createObjectStore("answers", { autoIncrement: true });
        made.createObjectStore("facts");
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => {
          asked.result.close();
          opening = null;
        };
        asked.result.onclose = () => {
          opening = null;
        };
        resolve(asked.result);
      };
      asked.onerror = () => {
        opening = null;
        reject(asked.error);
      };
    });
  return opening;
}

/**
 * Do `work(transaction)` in one transaction; resolves once it is on the disk, to the result of the
 * request that `work` returned, or to what it returned.
 */
export async function inStore(stores, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    // Strict: a battery that dies now takes nothing along that was shown as made.
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    let given;
    transaction.oncomplete = () => resolve(given instanceof IDBRequest ? given.result : given);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    given = work(transaction);
  });
}

export const get = (store, key) =>
  inStore([store], "readonly", (transaction) => transaction.objectStore(store).get(key));
export const all = (store, range) =>
  inStore([store], "readonly", (transaction) => transaction.objectStore(store).getAll(range));
export const put = (store, value, key) =>
  inStore([store], "readwrite", (transaction) => {
    transaction.objectStore(store).put(value, key);
  });

const ofPad = (pad) => IDBKeyRange.bound([pad, 0], [pad, Number.MAX_SAFE_INTEGER]);
export const queueOf = (pad, most) =>
  inStore(["queue"], "readonly", (transaction) =>
    transaction.objectStore("queue").getAll(ofPad(pad), most),
  );
/** The fact that is a pad's last number; no number is given twice. */
export const numberOf = (pad) => `number ${pad}`;
/** How many operations the server has not answered yet, of all pads of this phone. */
export const unsent = () =>
  inStore(["queue"], "readonly", (transaction) => transaction.objectStore("queue").count());

export function share() {
  return localStorage.getItem(SHARE);
}

export function keepShare(text) {
  localStorage.setItem(SHARE, text);
}

/** Take the register off this phone. What is sealed to the server stays until it is answered. */
export async function wipe() {
  localStorage.removeItem(SHARE);
  await inStore(UNDER_PIN, "readwrite", (transaction) => {
    for (const store of UNDER_PIN) transaction.objectStore(store).clear();
  });
  await forgetPads();
}

/** Forget pads whose register is gone and whose queue was answered: their keys go last. */
export async function forgetPads() {
  // In one transaction: a register that is being taken meanwhile comes with its pad.
  await inStore(["held", "pads", "queue", "facts"], "readwrite", (transaction) => {
    const pads = transaction.objectStore("pads");
    const queue = transaction.objectStore("queue");
    let held = null;
    transaction.objectStore("held").get("register").onsuccess = (event) => {
      held = event.target.result;
    };
    pads.getAll().onsuccess = (event) => {
      for (const { pad } of event.target.result) {
        if (held && held.pad === pad) continue;
        queue.count(ofPad(pad)).onsuccess = (counted) => {
          // A pad that took over another's queue is needed for as long as that one is there.
          const taker = event.target.result.some((one) => one.adopter === pad && one.pad !== pad);
          if (counted.target.result > 0 || taker) return;
          pads.delete(pad);
          transaction.objectStore("facts").delete(numberOf(pad));
        };
      }
    };
  });
}
