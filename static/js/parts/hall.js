/** The entrance hall: how many are before one, and the way in when it is one's turn. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */

/** A number that changes every two seconds is read aloud no more often. */
const SAYS_EVERY_MS = 20000;

export class Hall {
  /**
   * @param {Document} page
   * @param {Connection} connection
   * @param {() => void} enter
   */
  constructor(page, connection, enter) {
    this.page = page;
    this.connection = connection;
    this.enter = enter;
    this.numbers = new Intl.NumberFormat(page.documentElement.lang);
    this.saidAt = -Infinity;
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  start() {
    this.stops = [
      this.connection.on("fair:admitted", ({ fair_id }) => this.hall()?.dataset.fair === fair_id && this.enter()),
      this.connection.on("hall:status", (told) => this.tell(told)),
    ];
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  hall() {
    return /** @type {HTMLElement | null} */ (this.page.querySelector("[data-part=hall]"));
  }

  /** @param {{fair_id: string, called_ticket: number}} told */
  tell(told) {
    const hall = this.hall();
    const ticket = Number(hall?.dataset.ticket);
    if (!hall || !ticket || hall.dataset.fair !== told.fair_id) return;
    const ahead = Math.max(0, ticket - told.called_ticket - 1);
    fill(hall, "ahead", this.numbers.format(ahead));
    const now = performance.now();
    if (ahead > 0 && now - this.saidAt < SAYS_EVERY_MS) return;
    this.saidAt = now;
    const count = this.numbers.format(ahead);
    fill(hall, "turn", ahead ? say("People before you: %(count)s at most.", { count }) : say("Your turn is next."));
  }
}

/** On every other page: it is one's turn, and here is the way in. */
export class AdmittedNotice {
  /**
   * @param {HTMLElement} notice
   * @param {Connection} connection
   * @param {import("./announcer.js").Announcer} announcer
   */
  constructor(notice, connection, announcer) {
    this.notice = notice;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("fair:admitted", ({ path }) => this.show(path));
  }

  stop() {
    this.stops();
  }

  /** @param {string} path */
  show(path) {
    const link = this.notice.querySelector("a");
    if (link) link.href = path;
    this.notice.hidden = false;
    this.announcer.sayNow(this.notice.textContent?.trim().replace(/\s+/g, " ") ?? "");
  }
}
