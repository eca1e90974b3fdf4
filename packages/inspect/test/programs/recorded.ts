/** The entry that records a program, as `node --import` loads it. */
// oxlint-disable-next-line import/no-unassigned-import -- that is how the flag loads it
import "../../src/record.js";
