/** Parts of a page that the server draws alone: fetched anew when an event says that they may have changed, and changed in place without disturbing whoever works in them. */

import { Idiomorph } from "../../vendor/idiomorph.js";

/** @typedef {import("./connection.js").Connection} Connection */

const TRY_AGAIN_MS = 2000;

export class FreshParts {
  /**
   * @param {Document} page each part in it is marked by a data-fresh of its own
   * @param {Connection} connection
   * @param {string[]} events
   * @param {{every?: number, spread?: number, booth?: string}} [limits] milliseconds: at most so often; at a moment
   *   within so many, where many pages hear the same; what is told of other booths does not concern the page
   */
  constructor(page, connection, events, { every = 300, spread = 0, booth = undefined } = {}) {
    this.page = page;
    this.connection = connection;
    this.events = events;
    this.every = every;
    this.spread = spread;
    this.booth = booth;
    /** @type {Map<string, string>} what was told last, by event and what it is about */
    this.known = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.due = undefined;
    this.fetchedAt = -Infinity;
    /** How often it was fetched: an answer that was overtaken is let go. */
    this.turn = 0;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.onLeaving = this.onLeaving.bind(this);
  }

  start() {
    this.stops = this.events.map((event) => this.connection.on(event, (told) => this.hear(event, told)));
    // What one has just pressed leads somewhere: nothing is drawn anew meanwhile.
    this.page.addEventListener("submit", this.onLeaving);
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    clearTimeout(this.due);
    this.due = undefined;
    this.page.removeEventListener("submit", this.onLeaving);
  }

  /** @param {Event} event */
  onLeaving(event) {
    setTimeout(() => !event.defaultPrevented && this.stop());
  }

  /**
   * The same status told again changes nothing.
   * @param {string} event
   * @param {any} told
   */
  hear(event, told) {
    if (this.booth && told.booth_id && told.booth_id !== this.booth) return;
    const about = `${event} ${told.booth_id ?? ""}`;
    const now = JSON.stringify(told);
    if (this.known.get(about) === now) return;
    this.known.set(about, now);
    this.renewSoon();
  }

  renewSoon() {
    const rest = this.fetchedAt + this.every - performance.now();
    this.due ??= setTimeout(() => void this.renew(), Math.max(0, rest) + Math.random() * this.spread);
  }

  async renew() {
    this.due = undefined;
    this.fetchedAt = performance.now();
    const turn = ++this.turn;
    const answer = await fetch(location.href, { headers: { "X-Fresh": "1" } }).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : null;
    if (this.stops.length === 0 || turn < this.turn) return;
    // The page leads elsewhere by now.
    if (answer?.redirected) return location.assign(answer.url);
    if (text === null) this.due ??= setTimeout(() => void this.renew(), TRY_AGAIN_MS);
    else this.draw(new DOMParser().parseFromString(text, "text/html"));
  }

  /** @param {Document} fresh */
  draw(fresh) {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.page.querySelectorAll("[data-fresh]"))) {
      const found = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
      if (found && !found.isEqualNode(part)) {
        pair(part, found);
        Idiomorph.morph(part, found, { ignoreActiveValue: true, callbacks: CALLBACKS });
      }
    }
  }
}

/**
 * What is kept is not taken for something else of its kind: it and its twin bear the same id, or it bears one alone.
 * @param {HTMLElement} part
 * @param {Element} found
 */
function pair(part, found) {
  const kept = /** @type {HTMLElement[]} */ ([...part.querySelectorAll("[data-kept], form")]).filter(isKept);
  for (const [number, node] of kept.entries()) {
    const name = node.dataset.part ? `[data-part="${node.dataset.part}"]` : `form[action="${node.getAttribute("action")}"]`;
    const twin = node.dataset.part || node instanceof HTMLFormElement ? found.querySelector(name) : null;
    node.id ||= `kept-${number}`;
    if (twin) twin.id = node.id;
  }
}

const FIELDS = "input:not([type=hidden]), select, textarea";

const CALLBACKS = {
  beforeNodeMorphed: (/** @type {Node} */ before) => !isKept(before),
  beforeNodeRemoved: (/** @type {Node} */ before) => !isKept(before),
  // What somebody has unfolded stays so.
  beforeAttributeUpdated: (/** @type {string} */ name, /** @type {Element} */ of) => !(name === "open" && of instanceof HTMLDetailsElement),
};

/**
 * Parts that scripts draw, and forms into which something has been typed: by now, or before they were refused.
 * @param {Node} node
 */
function isKept(node) {
  if (!(node instanceof HTMLElement)) return false;
  if (node.dataset.kept !== undefined || !(node instanceof HTMLFormElement)) return node.dataset.kept !== undefined;
  return isTouched(node) || (document.body.dataset.formPage !== undefined && node.querySelector(FIELDS) !== null);
}

/** @param {HTMLFormElement} form */
function isTouched(form) {
  return [...form.elements].some((field) => {
    if (field instanceof HTMLSelectElement) {
      const first = [...field.options].findIndex((each) => each.defaultSelected);
      return field.selectedIndex !== Math.max(0, first);
    }
    if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
    return field instanceof HTMLInputElement && (field.value !== field.defaultValue || field.checked !== field.defaultChecked);
  });
}
