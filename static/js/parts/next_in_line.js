/** Beside the talk: who can be called next, as the line stands now. */

import { say } from "../live/words.js";
import { fill, show, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {{name: string, seeks: string, initials: string}} Waiting */

export class NextInLine {
  /**
   * @param {HTMLElement} element
   * @param {Record<string, Waiting>} people by place
   * @param {Connection} connection
   */
  constructor(element, people, connection) {
    this.element = element;
    this.booth = element.dataset.booth ?? "";
    this.people = new Map(Object.entries(people));
    this.connection = connection;
    /** @type {(() => void)[]} */
    this.stops = [];
  }

  start() {
    this.stops = [
      this.connection.on("line:joined", (payload) => this.people.set(payload.place.place_id, payload.place)),
      this.connection.on("desk:status", (status) => status.booth_id === this.booth && this.show(status.places)),
    ];
  }

  stop() {
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** @param {{place_id: string, can_be_called: boolean}[]} places */
  show(places) {
    const next = places.find((place) => place.can_be_called)?.place_id ?? "";
    const person = this.people.get(next);
    show(this.element, "someone", Boolean(person));
    show(this.element, "nobody", !person);
    if (!person) return;
    fill(this.element, "name", person.name);
    fill(this.element, "seeks", person.seeks);
    fill(this.element, "initials", person.initials);
    const chosen = /** @type {HTMLInputElement} */ (this.element.querySelector("input[name=place]"));
    if (chosen.value !== next) fill(this.element, "trouble", "");
    chosen.value = next;
  }

  /**
   * The call was refused: the talk goes on, and the reason is said.
   * @param {string} message
   */
  refuse(message) {
    fill(this.element, "trouble", message || say("Nobody in line can be called right now."));
  }
}
