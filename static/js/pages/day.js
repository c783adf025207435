import { FreshParts } from "../live/fresh_parts.js";
import { APPOINTMENT_EVENTS } from "../live/part_events.js";
import { open } from "./page.js";

open((connection) => [new FreshParts(document, connection, [...APPOINTMENT_EVENTS, "caseload:changed"])]);
