/** Says that one is to be sent on to somebody else, on whatever page one is. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

export class ReferralNotice {
  /**
   * @param {HTMLElement | null} banner absent where the talk itself is open
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(banner, connection, announcer) {
    this.banner = banner;
    this.connection = connection;
    this.announcer = announcer;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("referral:changed", (payload) => this.hear(payload));
  }

  stop() {
    this.stops();
  }

  /** @param {{candidate_id: string, made_by: string, state: string}} payload */
  hear({ candidate_id, made_by, state }) {
    if (candidate_id !== document.body.dataset.me) return;
    const isAsked = state === "offered";
    // Where the question itself stands, the page shows it.
    if (this.banner) this.banner.hidden = !isAsked || document.querySelector("[data-fresh=onwards]") !== null;
    if (!isAsked) return;
    const sentence = say("%(name)s proposes that you go on to somebody else.", { name: made_by });
    if (this.banner) fill(this.banner, "words", sentence);
    this.announcer.sayNow(sentence);
  }
}
