/** The private questions put to a booth: a new one, or a new message in one, appears at once. */

import { say } from "../live/words.js";
import { copy, fill, show, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

export class Questions {
  /**
   * @param {HTMLElement} element
   * @param {string} booth
   * @param {Connection} connection
   * @param {Announcer} announcer
   */
  constructor(element, booth, connection, announcer) {
    this.element = element;
    this.booth = booth;
    this.connection = connection;
    this.announcer = announcer;
    this.list = /** @type {HTMLElement} */ (slot(element, "questions"));
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("line:question", (payload) => payload.stream === `line:${this.booth}` && this.hear(payload.question));
  }

  stop() {
    this.stops();
  }

  /** @param {{conversation_id: string, asker_name: string, waits: boolean}} question */
  hear(question) {
    const row = this.row(question.conversation_id);
    fill(row, "asker", question.asker_name);
    show(row, "waits", question.waits);
    show(this.element, "no-question", false);
    if (question.waits) this.announcer.say(say("%(name)s asks something", { name: question.asker_name }));
  }

  /** @param {string} conversation */
  row(conversation) {
    const known = /** @type {HTMLElement | null} */ (this.list.querySelector(`[data-question="${conversation}"]`));
    if (known) return known;
    const row = copy(this.element, "question");
    row.dataset.question = conversation;
    /** @type {HTMLAnchorElement} */ (slot(row, "asker")).href = `/desk/${this.booth}/questions/${conversation}`;
    this.list.prepend(row);
    return row;
  }
}
