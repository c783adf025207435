import { Chat } from "../parts/chat.js";
import { tabName } from "../live/tab.js";
import { Delay } from "../parts/delay.js";
import { MeetingRoom } from "../parts/meeting_room.js";
import { NextInLine } from "../parts/next_in_line.js";
import { FreshParts } from "../live/fresh_parts.js";
import { LINE_EVENTS } from "../live/line_events.js";
import { Notes } from "../parts/notes.js";
import { Papers } from "../parts/papers.js";
import { SideTabs } from "../parts/side_tabs.js";
import { open } from "./page.js";

const live = JSON.parse(document.querySelector("script[data-live]")?.textContent ?? "{}");

const tab = await tabName(sessionStorage, navigator.locks);

open((connection, _announcer, door) => {
  const element = /** @type {HTMLElement} */ (document.querySelector("[data-part=meeting]"));
  const tabs = /** @type {HTMLElement | null} */ (document.querySelector("[role=tablist]"));
  const notes = /** @type {HTMLFormElement | null} */ (document.querySelector("[data-part=notes]"));
  const beside = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=next-in-line]"));
  const papers = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=papers]"));
  const delay = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=delay]"));
  const next = beside ? new NextInLine(beside) : null;
  return [
    new MeetingRoom(element, live, connection, sessionStorage, tab, door, next),
    ...(next ? [new FreshParts(document, connection, LINE_EVENTS)] : []),
    new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
    ...(delay ? [new Delay(delay, connection)] : []),
    ...(papers ? [new Papers(papers, connection)] : []),
    ...(tabs ? [new SideTabs(tabs)] : []),
    ...(notes ? [new Notes(notes)] : []),
  ];
});
