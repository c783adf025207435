/** What changes the parts of a page that the server draws. */

/** How a recruiter sees their line. */
export const LINE_EVENTS = [
  "line:joined",
  "line:changed",
  "line:cv_changed",
  "line:rang",
  "line:settled",
  "line:talking",
  "line:talked",
  "line:applied",
  "desk:status",
];

/** One's own places. */
export const PLACE_EVENTS = ["place:taken", "place:changed"];

/** Everybody at a fair hears the same at the same moment: not all may ask for their page in that moment. */
export const FAIR_SPREAD_MS = 5000;

/** What everybody at a fair hears at the same moment. */
export const FAIR_EVENTS = ["fair:turned", "booth:set_up", "booth:left", "fair:programme_changed"];

/** To whom the candidate of a talk is to be sent on. */
export const REFERRAL_EVENTS = ["referral:changed"];

export const APPOINTMENT_EVENTS = [
  "appointment:changed",
  "appointment:left",
  "appointment:entered",
  "appointment:delayed",
  "appointment:document",
  "appointment:document_withdrawn",
];
