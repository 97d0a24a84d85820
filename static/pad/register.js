// The register in memory, once the PIN was typed: who is expected, the marks, what waits for an
// answer. `apply` is the only thing that changes it, by records that also lie in the log, so that a
// page that is loaded again comes to the same.

import { decide } from "./decide.js";
import { inboxPair, lock, operationId, pinKey, sealer, toText, fromText, unlock, unseal, bytes, ROUNDS } from "./keys.js";
import { get, inStore, keepShare, numberOf, put, share, wipe } from "./store.js";

const PRESENT = "present";
const MOST_TRIES = 10;
// After so many records the whole is written anew.
const LONG_LOG = 400;
const INFO = "kash pad v1 ";
const NO_MARK = { status: null, version: 0 };

/** The register that is open on this page, or null. */
export let open = null;

const listeners = new Set();
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell = (what) => listeners.forEach((listener) => listener(what));

export const infoOf = (pad) => INFO + pad;

/** What is kept of a grant: the register as the server gave it, and nothing done to it yet. */
export function begin(grant) {
  const marks = {};
  for (const slot of grant.slots) marks[slot.id] = {};
  for (const { slot, entry, status, version } of grant.marks) {
    if (marks[slot]) marks[slot][entry] = { status, version };
  }
  const times = {};
  for (const { id, began_at, ended_at } of grant.slots) {
    times[id] = { start: began_at ? { at: began_at } : null, end: ended_at ? { at: ended_at } : null };
  }
  const { pad, register, slots, groups, sexes, age_bands, statuses, roster } = grant;
  return {
    pad, register, slots, groups, sexes, age_bands, statuses, roster, marks, times,
    // Of headcounts the sums only for the form; of notes and signatures that they were made. Answers
    // that wait to be read are `told`: so phones have them that took a register before an update.
    headcounts: {}, signed: {}, notes: {}, waiting: {}, told: [],
  };
}

export const standing = (held, slot, entry) => (held.marks[slot] || {})[entry] || NO_MARK;
/** When a session began and ended, as far as this phone knows: {start, end}, each {at, op_id} or null. */
export const timesOf = (held, slot) => (held.times || {})[slot] || { start: null, end: null };
export const slotOf = (held, id) => held.slots.find((one) => one.id === id);
export const entryOf = (held, id) => held.roster.find((one) => one.entry === id);
export const statusOf = (held, code) => held.statuses.find((one) => one.code === code);

/** Do one record to the register. */
export function apply(held, { op, answer, seen }) {
  if (op) applyOperation(held, op);
  else if (answer) applyAnswer(held, answer);
  else if (seen) held.told = held.told.filter((one) => one.op_id !== seen);
}

function applyOperation(held, op) {
  held.waiting[op.op_id] = op;
  if (op.kind === "mark" || op.kind === "scan") {
    const before = standing(held, op.slot, op.entry);
    const status = op.kind === "scan" ? PRESENT : op.status;
    if (before.status !== status) {
      held.marks[op.slot][op.entry] = { status, version: before.version + 1 };
    }
  } else if (op.kind === "walk_in") {
    held.roster.push({ entry: op.entry, code: op.code, initials: op.initials, letter: op.letter, walk_in: true });
  } else if (op.kind === "headcount") {
    held.headcounts[op.slot] = { counts: op.counts, version: op.expected_version + 1 };
  } else if (op.kind === "signature") {
    held.signed[op.slot] = { ...held.signed[op.slot], [op.entry]: true };
  } else if (op.kind === "note") {
    held.notes[op.slot || ""] = (held.notes[op.slot || ""] || 0) + 1;
  } else if (op.kind === "time") {
    setTime(held, op.slot, op.edge, op.undoes ? null : { at: op.at, op_id: op.op_id });
  }
}

function setTime(held, slot, edge, said) {
  // A register that was taken before an update has no times.
  held.times = { ...held.times, [slot]: { ...timesOf(held, slot), [edge]: said } };
}

function applyAnswer(held, answer) {
  const op = held.waiting[answer.op_id];
  if (!op) return;
  delete held.waiting[answer.op_id];
  const marks = op.kind === "mark" || op.kind === "scan";
  const stillWaits = Object.values(held.waiting).some(
    (one) => one.slot === op.slot && one.entry === op.entry && (one.kind === "mark" || one.kind === "scan"),
  );
  // What stands on the server is shown, unless something newer of this phone is on its way. A
  // version is not told of what was answered before.
  if (marks && !stillWaits && (answer.version > 0 || answer.answer === "rejected")) {
    held.marks[op.slot][op.entry] = { status: answer.status || null, version: answer.version || 0 };
  }
  if (op.kind === "headcount" && answer.version > 0) {
    held.headcounts[op.slot] = { ...held.headcounts[op.slot], version: answer.version };
  }
  if (answer.answer === "conflict" || answer.answer === "rejected") {
    if (op.kind === "signature" && held.signed[op.slot]) delete held.signed[op.slot][op.entry];
    const said = op.kind === "time" && timesOf(held, op.slot)[op.edge];
    if (said && said.op_id === op.op_id) setTime(held, op.slot, op.edge, null);
    held.told.push({
      op_id: op.op_id, kind: op.kind, slot: op.slot, entry: op.entry, at: op.at,
      mine: op.kind === "scan" ? PRESENT : op.status,
      answer: answer.answer, reason: answer.reason || "", status: answer.status || null,
    });
  }
}

/** What the log says of an operation: never a name, a note's words or a signature's lines. */
function remembered(op, extra) {
  const { kind, op_id, slot, entry, status, expected_version, at } = op;
  const kept = { kind, op_id, slot, entry, status, expected_version, at, ...extra };
  if (kind === "headcount") kept.counts = op.counts;
  if (kind === "walk_in") kept.letter = op.letter;
  if (kind === "time") Object.assign(kept, { edge: op.edge, undoes: op.undoes });
  return kept;
}

/** Keep a grant under a PIN, in the place of whatever register was here before; gives the PIN's key. */
export async function hold(grant, pin, key) {
  const salt = bytes(16);
  const half = bytes(32);
  const inbox = await inboxPair();
  const pin_key = await pinKey(pin, salt, half, ROUNDS);
  const held = { ...begin(grant), inbox: inbox.secret };
  const box = await lock(pin_key, "register", held);
  // By this phone's clock, however wrong it is.
  const here = (moment) => Date.parse(moment) - Date.parse(grant.now) + Date.now();
  const last = Math.max(...grant.slots.map((slot) => here(slot.starts_at) + slot.minutes * 60000));
  const before = share();
  keepShare(toText(half));
  const written = inStore(["pads", "held", "log", "answers"], "readwrite", (transaction) => {
    const pads = transaction.objectStore("pads");
    pads.put({
      pad: grant.pad, key, server_key: grant.server_key, ends: grant.ends, state: "", adopter: "",
    });
    if (grant.continues) {
      pads.getAll().onsuccess = (event) => {
        for (const one of event.target.result) {
          const taken = one.pad === grant.continues || one.adopter === grant.continues;
          if (taken) pads.put({ ...one, adopter: grant.pad });
        }
      };
    }
    transaction.objectStore("log").clear();
    transaction.objectStore("answers").clear();
    transaction.objectStore("held").put(
      {
        pad: grant.pad, salt, rounds: ROUNDS, tries: 0, inbox: inbox.open,
        until: endOfDay(last), ends: here(grant.ends), ...box,
      },
      "register",
    );
  });
  await written.catch((problem) => {
    // No room: the register that was here before opens as it did.
    if (before) keepShare(before);
    throw problem;
  });
  return pin_key;
}

/** Open the register that the page before took, if the pad's worker still has its key. */
export async function openTaken() {
  const worker = navigator.serviceWorker.controller;
  const box = worker && (await lockedRegister());
  if (!box) return;
  const { port1, port2 } = new MessageChannel();
  const taken = await new Promise((resolve) => {
    port1.onmessage = (event) => resolve(event.data);
    setTimeout(resolve, 500);
    worker.postMessage(null, [port2]);
  });
  if (taken?.pad !== box.pad) return;
  await begun(box, taken.key, await unlock(taken.key, "register", box), share());
}

function endOfDay(moment) {
  const day = new Date(moment);
  day.setHours(24, 0, 0, 0);
  return day.getTime();
}

/** The register under the PIN as it lies here, or null; what is left of a wiped one is removed, and
 * one whose time is over: it can be taken again, and goes on then. */
export async function lockedRegister() {
  const box = await get("held", "register");
  if (!box) return null;
  if (share() && Date.now() < box.ends) return box;
  await wipe();
  return null;
}

/**
 * Open the register with a PIN. Gives {left}: null once it is open, else how many tries are left;
 * 0 means that it was removed.
 */
export async function openWith(pin) {
  const box = await lockedRegister();
  const half = share();
  if (!box || !half) return { left: 0 };
  // Counted before it is tried: a phone that is switched off meanwhile has still tried.
  const tries = box.tries + 1;
  await put("held", { ...box, tries }, "register");
  let held;
  const key = await pinKey(pin, box.salt, fromText(half), box.rounds);
  try {
    held = await unlock(key, "register", box);
  } catch {
    if (tries >= MOST_TRIES) {
      await wipe();
      return { left: 0 };
    }
    return { left: MOST_TRIES - tries };
  }
  await put("held", { ...box, tries: 0 }, "register");
  await begun(box, key, held, half);
  return { left: null };
}

async function begun(box, key, held, half) {
  const pad = await get("pads", box.pad);
  const seq = (await get("facts", numberOf(box.pad))) || 0;
  let records = 0;
  const log = await inStore(["log"], "readonly", (transaction) => transaction.objectStore("log").getAll());
  for (const record of log) {
    apply(held, await unlock(key, "log", record));
    records += 1;
  }
  const sealed = await inStore(["answers"], "readonly", (t) => t.objectStore("answers").getAll());
  for (const one of sealed) {
    for (const answer of await unseal(held.inbox, infoOf(held.pad), "answers", one)) apply(held, { answer });
  }
  open = { held, key, half, box, seq, records, seal: await sealer(pad.server_key.jwk, infoOf(held.pad)) };
  if (sealed.length || records > LONG_LOG) await writeWhole();
  tell({ opened: true });
}

/** Whether another page of this phone took another register, or put this one away: what is open
 * here would be written among what only that one's key opens. Then it is shut. */
function replaced(now) {
  if (share() === now.half) return false;
  if (open === now) shut();
  return true;
}

/** Write the register anew, in the place of the log. */
async function writeWhole() {
  const now = open;
  const { held, key } = now;
  const box = await lock(key, "register", held);
  if (replaced(now)) return;
  await inStore(["held", "log", "answers"], "readwrite", (transaction) => {
    const store = transaction.objectStore("held");
    store.get("register").onsuccess = (event) => {
      if (!event.target.result) return;
      store.put({ ...event.target.result, ...box }, "register");
      transaction.objectStore("log").clear();
      transaction.objectStore("answers").clear();
    };
  });
  now.records = 0;
}

/** Forget what the PIN opened, until it is typed again. */
export function shut() {
  open = null;
  tell({ shut: true });
}

/** Take the register off this phone. */
export async function putAway() {
  await wipe();
  shut();
}

// One after the other, so that numbers follow each other and versions are right.
let busy = Promise.resolve();
function inTurn(work) {
  const mine = busy.then(work);
  busy = mine.catch(() => undefined);
  return mine;
}

/**
 * Make operations: `[{op, extra}]`, `op` without its id, time and expected version. Each is sealed
 * and written down, and only then done to the register. Resolves once they are on the disk.
 */
export function make(wanted) {
  return inTurn(async () => {
    const now = open;
    if (!now) throw new Error("locked");
    const { held, key, seal } = now;
    const at = new Date().toISOString();
    const records = [];
    const items = [];
    const ahead = {};
    let seq = now.seq;
    for (const { op: asked, extra } of wanted) {
      const op = { ...asked, op_id: operationId(), at };
      if (op.kind === "mark" || op.kind === "scan") {
        const place = `${op.slot} ${op.entry}`;
        const stands = ahead[place] || standing(held, op.slot, op.entry);
        op.expected_version = stands.version;
        const status = op.kind === "scan" ? PRESENT : op.status;
        const onRoster = wanted.some((one) => one.op.entry === op.entry && one.op.kind === "walk_in");
        const decided = decide(
          { ...op, status },
          {
            slot_known: Boolean(slotOf(held, op.slot)),
            slot_closed: Boolean((slotOf(held, op.slot) || {}).closed),
            on_roster: onRoster || Boolean(entryOf(held, op.entry)),
            statuses: held.statuses.map((one) => one.code),
            standing: stands,
          },
        );
        if (decided.reply !== "applied") return { reply: decided.reply, reason: decided.reason };
        ahead[place] = decided.standing;
      } else if (op.kind === "headcount") {
        op.expected_version = (held.headcounts[op.slot] || { version: 0 }).version;
      }
      seq += 1;
      const number = seq;
      items.push(
        seal.seal(`${held.pad}:${number}`, op).then((box) => ({ pad: held.pad, seq: number, ...box })),
      );
      records.push({ op: remembered(op, extra) });
    }
    const [sealed, logged] = await Promise.all([
      Promise.all(items),
      Promise.all(records.map((record) => lock(key, "log", record))),
    ]);
    if (replaced(now)) throw new Error("replaced");
    await inStore(["facts", "queue", "log"], "readwrite", (transaction) => {
      transaction.objectStore("facts").put(seq, numberOf(held.pad));
      for (const item of sealed) transaction.objectStore("queue").add(item);
      for (const record of logged) transaction.objectStore("log").add(record);
    });
    now.seq = seq;
    now.records += records.length;
    for (const record of records) apply(held, record);
    tell({ made: records.map((record) => record.op) });
    return { reply: "applied", reason: "" };
  });
}

/** Put the answer to an operation aside: it was read. */
export function acknowledge(op_id) {
  return inTurn(() => logged([{ seen: op_id }]));
}

/** Take the server's answers to operations of a pad: at once if its register is open, else for when
 * it is opened, sealed. Of a pad whose register is gone there is nobody to be told. */
export function answered(pad, answers) {
  return inTurn(async () => {
    if (open && open.held.pad === pad) {
      await logged(answers.map((answer) => ({ answer })));
      if (open && open.records > LONG_LOG && !Object.keys(open.held.waiting).length) await writeWhole();
      return;
    }
    const box = await get("held", "register");
    if (!box || box.pad !== pad) return;
    const { seal } = await sealer(box.inbox, infoOf(pad));
    await put("answers", await seal("answers", answers));
  });
}

async function logged(records) {
  const now = open;
  const { held, key } = now;
  const locked = await Promise.all(records.map((record) => lock(key, "log", record)));
  if (replaced(now)) return;
  await inStore(["log"], "readwrite", (transaction) => {
    for (const record of locked) transaction.objectStore("log").add(record);
  });
  if (!open) return;
  open.records += records.length;
  for (const record of records) apply(held, record);
  tell({ answered: true });
}

export { PRESENT };
