import { BoothStandings } from "../parts/booth_standings.js";
import { open } from "./house.js";

open((connection) => [new BoothStandings(document, connection)]);

for (const field of document.querySelectorAll(".chips select, .chips input")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
