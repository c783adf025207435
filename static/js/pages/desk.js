import { FreshParts } from "../live/fresh_parts.js";
import { FAIR_EVENTS, LINE_EVENTS } from "../live/part_events.js";
import { Chat } from "../parts/chat.js";
import { Countdown } from "../parts/countdown.js";
import { Desk } from "../parts/desk.js";
import { LineSound } from "../parts/line_sound.js";
import { open } from "./page.js";

const OF_THE_DESK = ["line:question", "booth:status", "booth:paused", "booth:resumed", "meeting:opened", "meeting:closed"];

open((connection, announcer, door) => {
  const desk = /** @type {HTMLElement} */ (document.querySelector("[data-part=desk]"));
  const chat = /** @type {HTMLElement} */ (document.querySelector("[data-part=chat]"));
  return [
    new FreshParts(document, connection, [...LINE_EVENTS, ...OF_THE_DESK, ...FAIR_EVENTS], { booths: (desk.dataset.booths ?? "").split(" ") }),
    new Countdown(document, connection),
    new LineSound(/** @type {HTMLElement} */ (document.querySelector("[data-part=line-sound]")), connection, localStorage),
    new Desk(desk, connection, announcer, door),
    new Chat(chat, connection),
  ];
});
