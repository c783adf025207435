/** How each booth on the page stands: who is here, how many wait, for how long. */

import { say, waitText } from "../live/words.js";
import { fill, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/**
 * @typedef {object} Status
 * @property {string} booth_id
 * @property {number} staff
 * @property {string[]} staff_names
 * @property {number} waiting
 * @property {{least: number, most: number} | null} wait
 * @property {boolean} is_paused
 * @property {boolean} is_open
 */

export class BoothStatuses {
  /**
   * @param {Document} page
   * @param {Connection} connection
   */
  constructor(page, connection) {
    this.page = page;
    this.connection = connection;
    this.stops = () => {};
  }

  start() {
    this.stops = this.connection.on("booth:status", (status) => this.show(status));
  }

  stop() {
    this.stops();
  }

  /** @param {Status} status */
  show(status) {
    const isStaffed = status.is_open && status.staff > 0;
    const found = /** @type {NodeListOf<HTMLElement>} */ (
      this.page.querySelectorAll(`[data-booth="${status.booth_id}"]:not([data-part=desk])`)
    );
    for (const element of found) {
      element.classList.toggle("is-closed", element.matches(".booth-card, .booth-hero") && !isStaffed);
      element.querySelector(".arch")?.classList.toggle("closed", !isStaffed);
      const pill = slot(element, "staffed");
      pill?.classList.toggle("ok", isStaffed && !status.is_paused);
      pill?.classList.toggle("warn", status.is_open && status.is_paused);
      pill?.classList.toggle("quiet", !status.is_open || (!status.is_paused && status.staff === 0));
      fill(element, "staffed-text", staffedText(status));
      fill(element, "waiting", waitingText(status));
      this.list(element, status.staff_names, status.is_open);
    }
  }

  /**
   * @param {HTMLElement} element
   * @param {string[]} names
   * @param {boolean} isOpen
   */
  list(element, names, isOpen) {
    const list = slot(element, "staff");
    if (!list) return;
    const nobody = slot(element, "nobody");
    if (nobody) nobody.hidden = names.length > 0 || !isOpen;
    const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("li")]);
    const now = items.map((item) => item.dataset.name ?? "");
    if (now.join("|") === names.join("|")) return;
    // Whoever is shown already stays as the server wrote them.
    list.replaceChildren(...names.map((name) => items[now.indexOf(name)] ?? this.item(name)));
  }

  /**
   * @param {string} name
   * @returns {HTMLElement}
   */
  item(name) {
    const item = this.page.createElement("li");
    const initials = this.page.createElement("span");
    initials.className = "initials";
    initials.ariaHidden = "true";
    initials.textContent = (name.match(/[\p{L}\p{N}]+/gu) ?? ["?"]).slice(0, 2).map((word) => word[0]).join("").toUpperCase();
    item.dataset.name = name;
    item.append(initials, ` ${name}`);
    return item;
  }
}

/** @param {Status} status */
export function staffedText(status) {
  if (!status.is_open) return say("Closed now");
  if (status.is_paused) return say("On a break");
  return status.staff > 0 ? say("%(count)s here now", { count: status.staff }) : say("Nobody here now");
}

/** @param {Status} status */
export function waitingText({ waiting, wait }) {
  return waiting > 0 ? `${say("%(count)s in line", { count: waiting })} · ${waitText(wait)}` : say("Nobody in line");
}
