import { Chat } from "../parts/chat.js";
import { FreshParts } from "../live/fresh_parts.js";
import { LINE_EVENTS, REFERRAL_EVENTS } from "../live/part_events.js";
import { NextInLine } from "../parts/next_in_line.js";
import { Notes } from "../parts/notes.js";
import { Referral } from "../parts/referral.js";
import { SideTabs } from "../parts/side_tabs.js";
import { TalkEnd } from "../parts/talk_end.js";
import { open } from "./page.js";

open((connection, _announcer, door) => {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement | null} */ (document.querySelector(`[data-part=${name}]`));
  const tabs = /** @type {HTMLElement | null} */ (document.querySelector("[role=tablist]"));
  const [beside, notes, referral, chat] = ["next-in-line", "notes", "referral", "chat"].map(part);
  const next = beside ? new NextInLine(beside, connection, door) : null;
  return [
    new TalkEnd(connection, () => (next ? next.ended() : location.reload())),
    ...(next ? [next] : []),
    new FreshParts(document, connection, [...(next ? LINE_EVENTS : []), ...REFERRAL_EVENTS], {
      booths: beside?.dataset.booth ? [beside.dataset.booth] : [],
    }),
    ...(chat ? [new Chat(chat, connection)] : []),
    ...(tabs ? [new SideTabs(tabs)] : []),
    ...(notes ? [new Notes(/** @type {HTMLFormElement} */ (notes))] : []),
    ...(referral ? [new Referral(referral)] : []),
  ];
});
