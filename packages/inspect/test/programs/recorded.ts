/** The entry that records a program, as `node --import` loads it. */
import "../../src/record.js";
