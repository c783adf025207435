import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS, FAIR_SPREAD_MS, PLACE_EVENTS } from "../live/part_events.js";
import { BoothStatuses } from "../parts/booth_status.js";
import { Chat } from "../parts/chat.js";
import { open } from "./page.js";

open((connection) => [
  new BoothStatuses(document, connection),
  new FreshParts(document, connection, PLACE_EVENTS),
  new FreshParts(document, connection, FAIR_EVENTS, { spread: FAIR_SPREAD_MS }),
  new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
]);
