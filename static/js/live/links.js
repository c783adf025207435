/** Addresses in what people write can be followed; nothing else of it is markup. As server/rendering.py does it. */

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"]+/g;
const AFTER_A_LINK = /[.,;:!?'’”»…]+$/;

/**
 * The text in pieces, of which those with an address are links.
 * @param {string} text
 * @returns {{text: string, path: string | null}[]}
 */
export function pieces(text) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    let address = match[0].replace(AFTER_A_LINK, "");
    if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1).replace(AFTER_A_LINK, "");
    if (match.index > at) found.push({ text: text.slice(at, match.index), path: null });
    found.push({ text: address, path: address.startsWith("http") ? address : `https://${address}` });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), path: null });
  return found;
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
export function write(element, text) {
  const nodes = pieces(text).map(({ text: words, path }) => {
    if (path === null) return words;
    const link = document.createElement("a");
    link.href = path;
    link.target = "_blank";
    link.rel = "noopener noreferrer nofollow ugc";
    link.textContent = words;
    return link;
  });
  element.replaceChildren(...nodes);
}
