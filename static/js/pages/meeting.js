import { Chat } from "../parts/chat.js";
import { MeetingRoom } from "../parts/meeting_room.js";
import { Notes } from "../parts/notes.js";
import { SideTabs } from "../parts/side_tabs.js";
import { open } from "./house.js";

const live = JSON.parse(document.querySelector("script[data-live]")?.textContent ?? "{}");

open((connection, _announcer, door) => {
  const element = /** @type {HTMLElement} */ (document.querySelector("[data-part=meeting]"));
  const tabs = /** @type {HTMLElement | null} */ (document.querySelector("[role=tablist]"));
  const notes = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-part=notes]"));
  return [
    new MeetingRoom(element, live, connection, sessionStorage, door),
    new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
    ...(tabs ? [new SideTabs(tabs)] : []),
    ...(notes ? [new Notes(notes)] : []),
  ];
});
