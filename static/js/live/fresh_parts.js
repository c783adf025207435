/** Parts of a page that the server draws alone: fetched anew when an event says that they may have changed, and changed in place without disturbing whoever works in them. */

import { Idiomorph } from "../../vendor/idiomorph.js";

/** @typedef {import("./connection.js").Connection} Connection */

const TRY_AGAIN_MS = 2000;

export class FreshParts {
  /**
   * @param {Document} page each part in it is marked by a data-fresh of its own
   * @param {Connection} connection
   * @param {string[]} events
   * @param {{every?: number, spread?: number}} [pace] milliseconds: at most so often; and at a moment within so many,
   *   where many pages hear the same
   */
  constructor(page, connection, events, { every = 300, spread = 0 } = {}) {
    this.page = page;
    this.connection = connection;
    this.events = events;
    this.every = every;
    this.spread = spread;
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
    const { number, at, ...content } = told;
    const about = `${event} ${told.booth_id ?? ""}`;
    const now = JSON.stringify(number === undefined ? content : told);
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
    const answer = await fetch(location.href).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : null;
    if (this.stops.length === 0 || turn < this.turn) return;
    // The page leads elsewhere by now.
    if (answer?.redirected) return location.reload();
    if (text === null) this.due ??= setTimeout(() => void this.renew(), TRY_AGAIN_MS);
    else this.draw(new DOMParser().parseFromString(text, "text/html"));
  }

  /** @param {Document} fresh */
  draw(fresh) {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (this.page.querySelectorAll("[data-fresh]"))) {
      const found = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`);
      if (found && !found.isEqualNode(part)) {
        Idiomorph.morph(part, found, { ignoreActiveValue: true, callbacks: { beforeAttributeUpdated: keepOpen } });
      }
    }
  }
}

/**
 * What somebody has unfolded stays so.
 * @param {string} attribute
 * @param {Element} element
 */
function keepOpen(attribute, element) {
  return !(attribute === "open" && element instanceof HTMLDetailsElement);
}
