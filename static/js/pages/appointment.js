import { Chat } from "../parts/chat.js";
import { Delay } from "../parts/delay.js";
import { Papers } from "../parts/papers.js";
import { open } from "./page.js";

open((connection) => {
  const chat = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=chat]"));
  const papers = /** @type {HTMLElement} */ (document.querySelector("[data-part=papers]"));
  const delay = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=delay]"));
  return [...(delay ? [new Delay(delay, connection)] : []), new Papers(papers, connection), ...(chat ? [new Chat(chat, connection)] : [])];
});
