/** One's own places: where each stands now, told in words and to screen readers. */

import { ordinal, say, waitText } from "../live/words.js";
import { clock, fill, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */
/**
 * @typedef {object} Status
 * @property {string} place_id
 * @property {string} state
 * @property {number | null} position
 * @property {{least: number, most: number} | null} wait
 * @property {string | null} passed_over_until
 * @property {number} staff
 * @property {boolean} is_paused
 * @property {boolean} is_open
 */

export class MyPlaces {
  /**
   * @param {Document} page
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(page, connection, announcer) {
    this.page = page;
    this.connection = connection;
    this.announcer = announcer;
    /** @type {(() => void)[]} */
    this.stops = [];
    /** @type {Map<string, number | null>} the position last said, by place */
    this.said = new Map();
  }

  start() {
    this.stops = [
      this.connection.on("place:status", (status) => this.show(status)),
      this.connection.on("place:changed", (payload) => this.change(payload)),
    ];
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** @param {string} place */
  rows(place) {
    return /** @type {NodeListOf<HTMLElement>} */ (this.page.querySelectorAll(`[data-place="${place}"]`));
  }

  /** @param {Status} status */
  show(status) {
    for (const row of this.rows(status.place_id)) {
      const arch = slot(row, "ordinal");
      arch?.classList.toggle("is-first", status.position === 1);
      fill(row, "ordinal", status.position ? ordinal(status.position) : "–");
      fill(row, "words", sentence(status, this.connection.now()));
      row.classList.toggle("is-held", status.state === "on_hold");
      this.tell(status, row.dataset.employer ?? "");
    }
  }

  /**
   * @param {Status} status
   * @param {string} employer
   */
  tell(status, employer) {
    const before = this.said.get(status.place_id);
    this.said.set(status.place_id, status.position);
    if (status.position === null || status.position === before) return;
    this.announcer.say(
      status.position === 1
        ? say("You are next. Stay near.")
        : say("You are %(ordinal)s in line at %(employer)s.", { ordinal: ordinal(status.position), employer }),
    );
  }

  /**
   * What became of a place is said; the page's own part of it is drawn anew by the server.
   * @param {{place_id: string, state: string, hold_reason: string | null}} payload
   */
  change(payload) {
    for (const row of this.rows(payload.place_id)) {
      const employer = row.dataset.employer ?? "";
      if (payload.state === "left") this.announcer.say(say("You have left the line at %(employer)s.", { employer }));
      if (payload.state === "ended") this.announcer.say(say("The fair has ended. Thank you for coming."));
      if (payload.state === "on_hold") this.announcer.say(say("On hold: come back to be called."));
    }
  }
}

/**
 * As the server says it in macros/lines.html.
 * @param {Status} status
 * @param {number} now by the server's clock, in milliseconds
 */
export function sentence(status, now) {
  if (status.state === "talking") return say("In a talk");
  if (status.state === "on_hold") return say("On hold: come back to be called.");
  if (!status.is_open) return say("The fair is closed for now. Your place is kept.");
  if (status.is_paused) return say("The booth is on a break. Your place is kept.");
  if (status.staff === 0) return say("Nobody is at the booth now. Your place is kept.");
  if (status.passed_over_until && new Date(status.passed_over_until).getTime() > now) {
    return say("Passed over until %(time)s. You keep your order.", { time: clock(status.passed_over_until) });
  }
  if (status.position === 1) return say("You are next. Stay near.");
  return `${waitText(status.wait)}. ${say("Your place is kept.")}`;
}
