// What is written under items and not answered yet, in this browser: one record for each page that was
// opened, sealed to the server. In clear lie the page's own random id and a number; to whom it belongs,
// where it goes and how many words it has only pages of that account can read (`tag`).
//
// Leaving at once and signing out leave it here: nobody can read it, and it is sent when whoever wrote
// it opens a page in this browser again.

const NAME = "minutes";
const STORE = "written";
// Says to any page (static/js/page.js) that something waits; static/js/exit.js leaves it.
const WAITS = "minutes-waits";

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: "page" });
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

async function within(mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    // Strict: a battery that dies now takes nothing along that was shown as kept.
    const transaction = database.transaction(STORE, mode, { durability: "strict" });
    let given;
    transaction.oncomplete = () => resolve(given instanceof IDBRequest ? given.result : undefined);
    transaction.onabort = () => reject(transaction.error || new Error("aborted"));
    given = work(transaction.objectStore(STORE));
  });
}

function note(waits) {
  try {
    if (waits) localStorage.setItem(WAITS, "1");
    else localStorage.removeItem(WAITS);
  } catch {
    // Then it is sent from the pages of minutes alone.
  }
}

/** Keep what a page wrote in place of what it wrote before. */
export async function keep(record) {
  await within("readwrite", (store) => store.put(record));
  note(true);
}

/** Forget what a page wrote, unless it wrote more since. */
export async function forget(page, number) {
  await within("readwrite", (store) => {
    store.get(page).onsuccess = (event) => {
      if (event.target.result?.number <= number) store.delete(page);
    };
  });
  if ((await within("readonly", (store) => store.count())) === 0) note(false);
}

export const all = () => within("readonly", (store) => store.getAll());
