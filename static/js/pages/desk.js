import { BoothStatuses } from "../parts/booth_status.js";
import { Chat } from "../parts/chat.js";
import { Desk } from "../parts/desk.js";
import { Questions } from "../parts/questions.js";
import { open } from "./page.js";

open((connection, announcer, door) => {
  const desk = /** @type {HTMLElement} */ (document.querySelector("[data-part=desk]"));
  const chat = /** @type {HTMLElement} */ (document.querySelector("[data-part=chat]"));
  return [
    new BoothStatuses(document, connection),
    new Desk(desk, connection, announcer, door),
    new Questions(desk, desk.dataset.booth ?? "", connection, announcer),
    new Chat(chat, connection),
  ];
});
