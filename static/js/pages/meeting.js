import { Chat } from "../parts/chat.js";
import { tabName } from "../live/tab.js";
import { MeetingRoom } from "../parts/meeting_room.js";
import { NextInLine } from "../parts/next_in_line.js";
import { FreshParts } from "../live/fresh_parts.js";
import { APPOINTMENT_EVENTS, LINE_EVENTS, REFERRAL_EVENTS } from "../live/part_events.js";
import { Notes } from "../parts/notes.js";
import { Papers } from "../parts/papers.js";
import { Referral } from "../parts/referral.js";
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
  const referral = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=referral]"));
  const next = beside ? new NextInLine(beside, connection, door) : null;
  const room = new MeetingRoom(element, live, connection, sessionStorage, tab);
  if (next) room.whenEnded = () => next.ended();
  return [
    room,
    ...(next ? [next] : []),
    new FreshParts(document, connection, [...(next ? LINE_EVENTS : APPOINTMENT_EVENTS), ...REFERRAL_EVENTS], {
      booths: beside?.dataset.booth ? [beside.dataset.booth] : [],
    }),
    new Chat(/** @type {HTMLElement} */ (document.querySelector("[data-part=chat]")), connection),
    ...(referral ? [new Referral(referral)] : []),
    ...(papers ? [new Papers(papers)] : []),
    ...(tabs ? [new SideTabs(tabs)] : []),
    ...(notes ? [new Notes(notes)] : []),
  ];
});
