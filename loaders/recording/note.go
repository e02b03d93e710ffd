package recording

// Caution begins a note that puts figures in doubt: neurons that never change, a penalty at the end of its grid. All other notes say
// what was chosen, done and left out.
const Caution = "Caution: "
