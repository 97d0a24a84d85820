// The texts of the pad in the language chosen on it. They come from the server and are kept with
// the application, so that they are there without a network.

const LANGUAGES = ["en", "sw"];
let words = {};
export let language = "en";

export async function speak(code) {
  language = LANGUAGES.includes(code) ? code : "en";
  const answer = await fetch(`/pad/texts/${language}.json`);
  if (!answer.ok) throw new Error("no texts");
  words = await answer.json();
  document.documentElement.lang = language;
}

export function usual() {
  const asked = (navigator.languages || [navigator.language || "en"]).map((one) => one.slice(0, 2));
  return asked.find((one) => LANGUAGES.includes(one)) || "en";
}

/** A text by its key, with `%(name)s` filled in. */
export function t(key, values = {}) {
  const text = words[key];
  if (text === undefined) return key;
  return text.replace(/%\((\w+)\)s/g, (whole, name) =>
    values[name] === undefined ? whole : String(values[name]),
  );
}

/** A status in a word: as the programme calls it, or in this language where it calls it nothing else. */
export function labelOf({ code, label }) {
  const usual = words[`usual_${code}`];
  return usual && usual.split("|").includes(label) ? t(`status_${code}`) : label;
}

/** The hour and minute of a moment, as this phone's clock has it. */
export function clock(moment) {
  const at = new Date(moment);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A duration in seconds as minutes or hours: enough to tell somebody about a clock. */
export function span(seconds) {
  const minutes = Math.round(Math.abs(seconds) / 60);
  if (minutes < 120) return t("minutes", { count: minutes });
  if (minutes < 48 * 60) return t("hours", { count: Math.round(minutes / 60) });
  return t("days", { count: Math.round(minutes / 1440) });
}
