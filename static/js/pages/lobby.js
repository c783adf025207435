import { Announcements } from "../parts/announcements.js";
import { BoothStandings } from "../parts/booth_standings.js";
import { open } from "./house.js";

open((connection, announcer) => {
  const said = /** @type {HTMLElement} */ (document.querySelector("[data-part=announcements]"));
  return [new BoothStandings(document, connection), new Announcements(said, connection, announcer)];
});

for (const field of document.querySelectorAll(".chips select, .chips input")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
