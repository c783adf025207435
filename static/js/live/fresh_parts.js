/** Parts of a page that the server draws alone: fetched anew when an event says that they may have changed, and changed in place without disturbing whoever works in them. */

import { clock } from "../parts/dom.js";
import { Idiomorph } from "../../vendor/idiomorph.js";

/** @typedef {import("./connection.js").Connection} Connection */

const LOOKS_EVERY_MS = 5000;
const TRY_AGAIN_MS = 2000;
const TURNS_AGAIN_MS = 20000;
const LONGEST_PAUSE_MS = 60000;
const LEAVES_WITHIN_MS = 5000;
/** Longer than anybody presses a button: the release may have gone to another window. */
const PRESSES_FOR_MS = 3000;
/** The page is not for whoever looks at it any more. */
const NOT_FOR_YOU = [401, 403, 404, 410];

export class FreshParts {
  /**
   * @param {Document} page each part in it is marked by a data-fresh of its own
   * @param {Connection} connection
   * @param {string[]} events
   * @param {{every?: number, spread?: number, booths?: string[], turns?: boolean}} [limits] milliseconds: at most so often; at a moment
   *   within so many, where many pages hear the same; what is told of booths other than these does not concern the page; whether the clock draws it anew
   */
  constructor(page, connection, events, { every = 300, spread = 0, booths = [], turns = true } = {}) {
    this.page = page;
    this.connection = connection;
    this.events = events;
    this.every = every;
    this.spread = spread;
    this.booths = booths;
    /** @type {Map<string, string>} what was told last, by event and what it is about */
    this.known = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.due = undefined;
    this.fetchedAt = -Infinity;
    this.isFetching = false;
    /** Something was told since the fetch that is under way began. */
    this.isStale = false;
    this.failures = 0;
    /** Until then what one has pressed leads somewhere, and nothing is drawn anew. */
    this.leavingUntil = -Infinity;
    this.isPressed = false;
    /** The moment for which the page was drawn anew by the clock. */
    this.turned = "";
    this.turnedAt = -Infinity;
    this.turns = turns;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this.watch = undefined;
    /** @type {(() => void)[]} */
    this.stops = [];
    this.listening = new AbortController();
  }

  start() {
    this.stops = this.events.map((event) => this.connection.on(event, (told) => this.hear(event, told)));
    this.watch = setInterval(() => this.look(), LOOKS_EVERY_MS);
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.page.addEventListener("submit", (event) => this.onLeaving(/** @type {SubmitEvent} */ (event)), { signal });
    this.page.addEventListener("visibilitychange", () => this.isStale && this.renewSoon(0, 0), { signal });
    this.page.addEventListener("pointerdown", () => (this.isPressed = true), { signal });
    for (const end of ["pointerup", "pointercancel"]) this.page.addEventListener(end, () => (this.isPressed = false), { signal });
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
    clearTimeout(this.due);
    this.due = undefined;
    clearInterval(this.watch);
    this.listening.abort();
  }

  /** What depends on the clock moves by the clock. */
  look() {
    for (const time of /** @type {NodeListOf<HTMLElement>} */ (this.page.querySelectorAll("[data-clock]"))) {
      time.textContent = clock(new Date(this.connection.now()).toISOString(), time.dataset.clock);
    }
    const at = /** @type {HTMLElement | null} */ (this.page.querySelector("[data-turns-at]"))?.dataset.turnsAt ?? "";
    if (!this.turns || !at || new Date(at).getTime() > this.connection.now()) return;
    // The server's own clockwork may be a moment late: the page asks again until it is told something else.
    if (at === this.turned && performance.now() < this.turnedAt + TURNS_AGAIN_MS) return;
    this.turned = at;
    this.turnedAt = performance.now();
    this.renewSoon();
  }

  /**
   * A form that leads to another page; a dialog's answer and another window's page do not.
   * @param {SubmitEvent} event
   */
  onLeaving(event) {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.method === "dialog" || !["", "_self"].includes(form.target)) return;
    setTimeout(() => {
      if (!event.defaultPrevented) this.leavingUntil = performance.now() + LEAVES_WITHIN_MS;
    });
  }

  /**
   * The same status told again changes nothing.
   * @param {string} event
   * @param {any} told
   */
  hear(event, told) {
    if (this.booths.length && told.booth_id && !this.booths.includes(told.booth_id)) return;
    const about = `${event} ${told.booth_id ?? ""}`;
    const now = JSON.stringify(told);
    if (this.known.get(about) === now) return;
    this.known.set(about, now);
    this.renewSoon();
  }

  /**
   * @param {number} [pause] milliseconds at least
   * @param {number} [spread] none for what only this page does, such as being looked at again
   */
  renewSoon(pause = 0, spread = this.spread) {
    this.isStale = true;
    // Where many hear the same, a page that nobody looks at waits until somebody does.
    if (this.isFetching || (this.spread && this.page.hidden)) return;
    const now = performance.now();
    const rest = Math.max(pause, this.fetchedAt + this.every - now, this.leavingUntil - now, 0);
    this.due ??= setTimeout(() => void this.renew(), rest + Math.random() * spread);
  }

  /** One at a time: what is told meanwhile is fetched once it is drawn. */
  async renew() {
    this.due = undefined;
    if (performance.now() < this.leavingUntil) return this.renewSoon();
    this.isFetching = true;
    this.isStale = false;
    this.fetchedAt = performance.now();
    const answer = await fetch(location.href, { headers: { "X-Fresh": "1" } }).catch(() => null);
    const text = answer?.ok ? await answer.text().catch(() => null) : null;
    const until = performance.now() + PRESSES_FOR_MS;
    while (this.isPressed && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 100));
    this.isFetching = false;
    if (this.stops.length === 0) return;
    // The page leads elsewhere by now, or must not be shown any longer.
    if (answer?.redirected) return location.assign(answer.url);
    if (answer && NOT_FOR_YOU.includes(answer.status)) return location.reload();
    if (text === null) return this.tryAgain();
    this.failures = 0;
    if (performance.now() < this.leavingUntil) return this.renewSoon();
    this.draw(new DOMParser().parseFromString(text, "text/html"));
    if (this.isStale) this.renewSoon();
  }

  /** Ever more slowly, and not all pages at the same moment. */
  tryAgain() {
    const pause = Math.min(LONGEST_PAUSE_MS, TRY_AGAIN_MS * 2 ** this.failures++);
    this.renewSoon(pause * (0.5 + Math.random() / 2));
  }

  /** @param {Document} fresh */
  draw(fresh) {
    // The address shows another page by now, such as the fair where its entrance hall was.
    if (fresh.body.dataset.page !== this.page.body.dataset.page) return location.reload();
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
