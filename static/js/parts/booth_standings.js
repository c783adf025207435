/** How each booth on the page stands: who is here, how many wait, for how long. */

import { say, waitText } from "../live/words.js";
import { fill, slot } from "./dom.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/**
 * @typedef {object} Stands
 * @property {string} booth
 * @property {number} staff
 * @property {string[]} staff_names
 * @property {number} waiting
 * @property {{least: number, most: number} | null} wait
 * @property {boolean} is_paused
 * @property {boolean} is_open
 */

export class BoothStandings {
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
    this.stops = this.connection.on("booth:stands", (stands) => this.stand(stands));
  }

  stop() {
    this.stops();
  }

  /** @param {Stands} stands */
  stand(stands) {
    const isStaffed = stands.is_open && stands.staff > 0;
    const found = /** @type {NodeListOf<HTMLElement>} */ (
      this.page.querySelectorAll(`[data-booth="${stands.booth}"]:not([data-part=desk])`)
    );
    for (const element of found) {
      element.classList.toggle("is-closed", element.classList.contains("booth-card") && !isStaffed);
      element.querySelector(".arch")?.classList.toggle("closed", !isStaffed);
      const pill = slot(element, "staffed");
      pill?.classList.toggle("ok", isStaffed && !stands.is_paused);
      pill?.classList.toggle("warn", stands.is_open && stands.is_paused);
      pill?.classList.toggle("quiet", !stands.is_open || (!stands.is_paused && stands.staff === 0));
      fill(element, "staffed-text", staffedText(stands));
      fill(element, "waiting", waitingText(stands));
      this.list(element, stands.staff_names);
    }
  }

  /**
   * @param {HTMLElement} element
   * @param {string[]} names
   */
  list(element, names) {
    const list = slot(element, "staff");
    if (!list) return;
    const items = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("li")]);
    const now = items.map((item) => item.dataset.name ?? "");
    if (now.join("|") === names.join("|")) return;
    // Whoever is shown already stays as the server wrote them.
    list.replaceChildren(...names.map((name) => items[now.indexOf(name)] ?? this.item(name)));
    const nobody = slot(element, "nobody");
    if (nobody) nobody.hidden = names.length > 0;
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

/** @param {Stands} stands */
export function staffedText(stands) {
  if (!stands.is_open) return say("Closed now");
  if (stands.is_paused) return say("On a break");
  return stands.staff > 0 ? say("%(count)s here now", { count: stands.staff }) : say("Nobody here now");
}

/** @param {Stands} stands */
export function waitingText({ waiting, wait }) {
  return waiting > 0 ? `${say("%(count)s in line", { count: waiting })} · ${waitText(wait)}` : say("Nobody in line");
}
