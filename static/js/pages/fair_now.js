import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS } from "../live/part_events.js";
import { Plot } from "../parts/plot.js";
import { open } from "./page.js";

open((connection) => {
  const table = /** @type {HTMLTableElement} */ (document.querySelector("#slots"));
  const figures = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-part=plot]"));
  return [
    new FreshParts(document, connection, FAIR_EVENTS, { every: 5000 }),
    ...[...figures].map((figure) => new Plot(figure, table)),
  ];
});
