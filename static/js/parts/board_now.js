/** What the board shows of the moment: fetched again when a booth stands otherwise, and never under a hand that works in it. */

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./booth_status.js").Status} Status */

const AT_MOST_EVERY_MS = 2000;

export class BoardNow {
  /**
   * @param {Document} page
   * @param {Connection} connection
   */
  constructor(page, connection) {
    this.page = page;
    this.connection = connection;
    /** @type {Map<string, string>} */
    this.known = new Map();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.due = undefined;
    /** @type {() => void} */
    this.unhear = () => undefined;
  }

  start() {
    this.unhear = this.connection.on("booth:status", (status) => this.hear(status));
  }

  stop() {
    this.unhear();
    clearTimeout(this.due);
    this.due = undefined;
  }

  /** @param {Status} status */
  hear({ booth_id, staff, waiting, is_paused, is_open }) {
    const now = [staff, waiting, is_paused, is_open].join();
    if (this.known.get(booth_id) === now) return;
    this.known.set(booth_id, now);
    this.due ??= setTimeout(() => void this.renew(), AT_MOST_EVERY_MS);
  }

  get places() {
    return /** @type {HTMLElement[]} */ ([...this.page.querySelectorAll("[data-renewed]")]);
  }

  async renew() {
    this.due = undefined;
    const isBusy = this.places.some((place) => place.contains(this.page.activeElement));
    const answer = isBusy ? null : await fetch(location.href).catch(() => null);
    if (!answer?.ok) {
      this.due ??= setTimeout(() => void this.renew(), AT_MOST_EVERY_MS);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const place of this.places) {
      const found = fresh.querySelector(`[data-renewed=${place.dataset.renewed}]`);
      if (found && found.innerHTML !== place.innerHTML) place.replaceChildren(...found.childNodes);
    }
  }
}
