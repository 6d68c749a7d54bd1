// How the commands write numbers.

/** 0.9867 as "98.67 %". */
export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
