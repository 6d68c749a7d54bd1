// A turn of the event loop, for long work to let others in between.

/** Resolves when all that waits has had its turn: a cancel, a drawing, a message. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
