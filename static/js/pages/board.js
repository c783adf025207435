import { BoardNow } from "../parts/board_now.js";
import { open } from "./page.js";

/** Says that a message has been reported; the page itself is not changed under the organiser's hands. */
class Reports {
  /** @param {import("../live/connection.js").Connection} connection */
  constructor(connection) {
    this.connection = connection;
    this.stops = () => {};
  }

  start() {
    const note = /** @type {HTMLElement} */ (document.querySelector("[data-part=reports]"));
    this.stops = this.connection.on("chat:reported", () => (note.hidden = false));
  }

  stop() {
    this.stops();
  }
}

open((connection) => [new Reports(connection), new BoardNow(document, connection)]);
