import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS } from "../live/part_events.js";
import { say } from "../live/words.js";
import { open } from "./page.js";

const EVENTS = [...FAIR_EVENTS, "booth:status", "chat:reported", "chat:report_settled", "help:changed"];

/** What needs a hand appears by itself; that a message has been reported is said as well. */
class Reports {
  /**
   * @param {import("../live/connection.js").Connection} connection
   * @param {import("../parts/announcer.js").Announcer} announcer
   */
  constructor(connection, announcer) {
    this.connection = connection;
    this.announcer = announcer;
    this.stop = () => {};
  }

  start() {
    this.stop = this.connection.on("chat:reported", () => this.announcer.say(say("A message has been reported.")));
  }
}

open((connection, announcer) => [new Reports(connection, announcer), new FreshParts(document, connection, EVENTS, { every: 2000 })]);
