/** What concerns oneself and happened elsewhere: said at once, and shown with the way there, on whatever page one is. */

import { fill } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

/**
 * @typedef {object} Occasion
 * @property {string} event
 * @property {(payload: any) => string | null | undefined} sentence null where it is over, undefined where it is about others
 */

export class Notice {
  /**
   * @param {HTMLElement | null} banner absent where the page itself shows it
   * @param {Occasion} occasion
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(banner, occasion, connection, announcer) {
    this.banner = banner;
    this.occasion = occasion;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on(this.occasion.event, (payload) => this.hear(payload));
  }

  stop() {
    this.stops();
  }

  /** @param {any} payload */
  hear(payload) {
    const sentence = this.occasion.sentence(payload);
    if (sentence === undefined) return;
    if (this.banner) {
      this.banner.hidden = sentence === null;
      fill(this.banner, "words", sentence ?? "");
    }
    if (sentence) this.announcer.sayNow(sentence);
  }
}
