/** What the events of a meeting make of its snapshot; page, stream and this script speak of the same one. No page. */

/** @typedef {{person_id: string, tab: string, microphone: boolean, camera: boolean, screen: boolean, is_polite: boolean}} Peer */
/** @typedef {"video" | "audio" | "chat" | "phone"} Mode */
/**
 * @typedef {object} MeetingSnapshot
 * @property {string} state
 * @property {string[]} went_in who is in, by id
 * @property {string[]} went_out who has left and may come back
 * @property {string | null} live_at
 * @property {string | null} planned_end_at
 * @property {Mode} mode
 * @property {string} phone the number by which they can go on
 * @property {{owner_id: string, may_fill: boolean} | null} cobrowsing whose page is looked at together
 */

/** @typedef {{person_id: string, name: string, is_simulated: boolean, channel_id: string}} Partner of a pair, and what its signals name */
/**
 * @typedef {object} Start what the page was rendered with
 * @property {string} meeting_id
 * @property {string} me
 * @property {Partner} other
 * @property {boolean} is_recorded whether what the connection does is kept with the appointment
 * @property {MeetingSnapshot} snapshot
 */

/** @type {Record<string, (before: MeetingSnapshot, told: any) => Partial<MeetingSnapshot>>} */
const CHANGES = {
  "meeting:went_in": (before, { person_id, live_at, planned_end_at }) => ({
    went_in: [...new Set([...before.went_in, person_id])].sort(),
    went_out: before.went_out.filter((each) => each !== person_id),
    live_at,
    planned_end_at,
    state: live_at ? "live" : before.state,
  }),
  "meeting:went_out": (before, { person_id }) => ({
    went_in: before.went_in.filter((each) => each !== person_id),
    went_out: [...new Set([...before.went_out, person_id])].sort(),
  }),
  "meeting:mode_changed": (_, { mode, phone }) => ({ mode, phone }),
  "meeting:prolonged": (_, { planned_end_at }) => ({ planned_end_at }),
  "meeting:reopened": (before, { candidate_id, planned_end_at }) => ({
    state: "live",
    planned_end_at,
    went_in: before.went_in.filter((each) => each !== candidate_id),
    went_out: [...new Set([...before.went_out, candidate_id])].sort(),
  }),
  "meeting:ended": (_, { state }) => ({ state }),
  "cobrowsing:began": (_, { owner_id }) => ({ cobrowsing: { owner_id, may_fill: false } }),
  "cobrowsing:allowed": ({ cobrowsing }, { may_fill }) => ({ cobrowsing: cobrowsing && { ...cobrowsing, may_fill } }),
  "cobrowsing:ended": () => ({ cobrowsing: null }),
};

export const MEETING_EVENTS = Object.keys(CHANGES);

/**
 * @param {MeetingSnapshot} before
 * @param {string} event one of MEETING_EVENTS
 * @param {any} told
 * @returns {MeetingSnapshot}
 */
export function reduce(before, event, told) {
  return { ...before, ...CHANGES[event]?.(before, told) };
}
