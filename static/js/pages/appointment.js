import { Chat } from "../parts/chat.js";
import { Papers } from "../parts/papers.js";
import { open } from "./house.js";

open((connection) => {
  const chat = /** @type {HTMLElement | null} */ (document.querySelector("[data-part=chat]"));
  const papers = /** @type {HTMLElement} */ (document.querySelector("[data-part=papers]"));
  return [new Papers(papers, connection), ...(chat ? [new Chat(chat, connection)] : [])];
});
