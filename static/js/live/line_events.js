/** What changes how a recruiter sees their line. */
export const LINE_EVENTS = [
  "line:joined",
  "line:changed",
  "line:cv_changed",
  "line:rang",
  "line:settled",
  "line:talking",
  "line:talked",
  "desk:status",
];
