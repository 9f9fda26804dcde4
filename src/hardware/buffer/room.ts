/**
 * Cycles from when the traces of a column are done with a list, or those of a PE row with their chunks, until what asks for the next ones knows of the room: it is
 * gathered in each column, comes to the global buffer, for chunks of all columns, and is counted there. From chunks that were asked for it takes as long until
 * it is known whether there is room for those after them.
 */
export const roomCycles = 3;
