import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS, FAIR_SPREAD_MS, PLACE_EVENTS } from "../live/part_events.js";
import { BoothStatuses } from "../parts/booth_status.js";
import { open } from "./page.js";

open((connection) => [
  new BoothStatuses(document, connection),
  new FreshParts(document, connection, PLACE_EVENTS, { turns: false }),
  new FreshParts(document, connection, FAIR_EVENTS, { spread: FAIR_SPREAD_MS }),
]);

for (const field of document.querySelectorAll(".chips select, .chips input")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
