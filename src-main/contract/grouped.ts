// How a count is written wherever people read it.

/** 58631 → "58 631", with narrow spaces at which no line is broken. For whole numbers. */
export const grouped = (count: number): string => count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
