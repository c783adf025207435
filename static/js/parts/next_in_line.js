/** Beside the talk: the reason why the next one could not be called, until somebody else is next. */

import { say } from "../live/words.js";
import { fill } from "./dom.js";

export class NextInLine {
  /** @param {HTMLElement} element drawn by the server alone */
  constructor(element) {
    this.element = element;
  }

  /**
   * The call was refused: the talk goes on, and the reason is said.
   * @param {string} message
   */
  refuse(message) {
    fill(this.element, "trouble", message || say("Nobody in line can be called right now."));
  }
}
