import { BoothStandings } from "../parts/booth_standings.js";
import { Chat } from "../parts/chat.js";
import { open } from "./house.js";

open((connection) => [
  new BoothStandings(document, connection),
  new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
]);
