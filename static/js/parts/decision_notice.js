/** Says, on whatever page of the fair one is, that its organisers have decided something about one. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

export class DecisionNotice {
  /**
   * @param {HTMLElement} banner
   * @param {import("../live/connection.js").Connection} connection
   * @param {import("./announcer.js").Announcer} announcer
   */
  constructor(banner, connection, announcer) {
    this.banner = banner;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("fair:sanction_changed", (payload) => this.hear(payload));
  }

  stop() {
    this.stops();
  }

  /** @param {{fair_id: string}} payload */
  hear({ fair_id }) {
    if (fair_id !== this.banner.dataset.fair) return;
    const sentence = say("The organisers have decided something about you.");
    fill(this.banner, "words", sentence);
    this.banner.hidden = false;
    this.announcer.sayNow(sentence);
  }
}
