/** The sentences of the page, in the person's language. */

/** @type {Record<string, string>} */
let words = {};

/**
 * Take the sentences from the page's data block.
 * @param {Document} page
 */
export function learn(page) {
  const block = page.getElementById("words");
  words = block ? JSON.parse(block.textContent ?? "{}") : {};
  return words;
}

/**
 * A sentence with its values put in.
 * @param {string} sentence
 * @param {Record<string, string | number>} [values]
 */
export function say(sentence, values = {}) {
  const text = words[sentence] ?? sentence;
  return text.replace(/%\((\w+)\)s/g, (_, /** @type {string} */ name) => String(values[name] ?? ""));
}

/**
 * 1st, 2nd, 4th, as the language says it.
 * @param {number} number
 */
export function ordinal(number) {
  const fixed = ["1st", "2nd", "3rd"][number - 1];
  return fixed ? say(fixed) : say("%(number)sth", { number });
}

/**
 * A wait as a range of minutes, or that it is not known.
 * @param {{least: number, most: number} | null} wait
 */
export function waitText(wait) {
  if (!wait) return say("wait not known yet");
  return wait.least === 0 ? say("under %(most)s min", { most: wait.most }) : say("%(least)s to %(most)s min", wait);
}
