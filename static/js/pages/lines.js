import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS, FAIR_SPREAD_MS, PLACE_EVENTS } from "../live/part_events.js";
import { RingPhone } from "../parts/ring_phone.js";
import { open } from "./page.js";

open((connection) => [
  new RingPhone(/** @type {HTMLElement} */ (document.querySelector("[data-part=ring-phone]"))),
  new FreshParts(document, connection, PLACE_EVENTS),
  new FreshParts(document, connection, FAIR_EVENTS, { spread: FAIR_SPREAD_MS }),
]);
