/** Reads {"snapshot", "event", "told"} line by line, and answers each with the snapshot that the browser makes of it. */

import { createInterface } from "node:readline";
import { MEETING_EVENTS, reduce } from "../../static/js/meeting/state.js";

for await (const line of createInterface({ input: process.stdin })) {
  const { snapshot, event, told } = JSON.parse(line);
  const known = MEETING_EVENTS.includes(event);
  process.stdout.write(`${JSON.stringify(known ? reduce(snapshot, event, told) : null)}\n`);
}
