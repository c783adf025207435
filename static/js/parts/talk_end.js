/** The talk has ended, here or elsewhere: what comes after it is shown. */

export class TalkEnd {
  /**
   * @param {import("../live/connection.js").Connection} connection
   * @param {() => void} ended
   */
  constructor(connection, ended) {
    this.connection = connection;
    this.ended = ended;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("meeting:ended", () => this.ended());
  }

  stop() {
    this.stops();
  }
}
