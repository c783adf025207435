import { open } from "./page.js";

/** The day as it stands: somebody waits, an appointment has changed. The page is rendered anew, and has nothing typed. */
class Day {
  /** @param {import("../live/connection.js").Connection} connection */
  constructor(connection) {
    this.connection = connection;
    this.stop = this.stop.bind(this);
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  start() {
    const again = () => location.reload();
    this.stops = ["appointment:changed", "appointment:left", "appointment:entered"].map((event) => this.connection.on(event, again));
    // What one has just pressed leads somewhere: nothing is rendered anew meanwhile.
    document.addEventListener("submit", this.stop);
  }

  stop() {
    document.removeEventListener("submit", this.stop);
    for (const stop of this.stops) stop();
    this.stops = [];
  }
}

open((connection) => [new Day(connection)]);
