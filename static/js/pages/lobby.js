import { BoothStatuses } from "../parts/booth_status.js";
import { open } from "./page.js";

open((connection) => [new BoothStatuses(document, connection)]);

for (const field of document.querySelectorAll(".chips select, .chips input")) {
  field.addEventListener("change", () => /** @type {HTMLInputElement} */ (field).form?.requestSubmit());
}
