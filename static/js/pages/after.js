import { FreshParts } from "../live/fresh_parts.js";
import { REFERRAL_EVENTS } from "../live/part_events.js";
import { open } from "./page.js";

open((connection) => [new FreshParts(document, connection, [...REFERRAL_EVENTS, "meeting:reopened"])]);
