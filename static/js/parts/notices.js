/** On which occasions somebody is told wherever they are. */

import { say } from "../live/words.js";
import { Notice } from "./notice.js";

/** @typedef {import("../live/connection.js").Connection} Connection */
/** @typedef {import("./announcer.js").Announcer} Announcer */

/**
 * @param {Document} page
 * @param {Connection} connection
 * @param {Announcer} announcer
 */
export function notices(page, connection, announcer) {
  const banner = (/** @type {string} */ part) => /** @type {HTMLElement | null} */ (page.querySelector(`[data-part=${part}]`));
  const decided = banner("decision-notice");
  // Where the proposal itself stands, the page shows it.
  const referral = page.querySelector("[data-fresh=onwards]") ? null : banner("referral-notice");
  const decision = {
    event: "fair:sanction_changed",
    sentence: (/** @type {{fair_id: string}} */ { fair_id }) =>
      fair_id === decided?.dataset.fair ? say("The organisers have decided something about you.") : undefined,
  };
  const proposal = {
    event: "referral:changed",
    sentence: (/** @type {{candidate_id: string, made_by: string, state: string}} */ { candidate_id, made_by, state }) => {
      if (candidate_id !== page.body.dataset.me) return undefined;
      return state === "offered" ? say("%(name)s proposes that you go on to somebody else.", { name: made_by }) : null;
    },
  };
  return [new Notice(decided, decision, connection, announcer), new Notice(referral, proposal, connection, announcer)];
}
