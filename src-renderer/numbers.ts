// How numbers are written: the unit always with the number, thousands apart, a true minus sign.

import { bestOfWords } from '../src-main/contract/best-of';
import { grouped } from '../src-main/contract/grouped';

const NARROW = '\u202f';

/** 58631.4 → "58 631". */
export const whole = (value: number): string => sign(grouped(Math.round(value)));

/** A number with that many decimals and a true minus sign. */
export const fixed = (value: number, decimals = 2): string => sign(value.toFixed(decimals));

/** At most two decimals, and none where there is nothing to say: strides, places. */
export const brief = (value: number): string => sign(String(Math.round(value * 100) / 100));

/** A score relative to the best real window: "2.17×". */
export const times = (ratio: number): string => `${fixed(ratio)}×`;

/** What such a score is a multiple of: "× best of 30 000 sampled real windows". */
export const relativeTo = (...of: Parameters<typeof bestOfWords>): string => `× ${bestOfWords(...of)}`;

/** A share of 0..1 as "0.35 %". */
export const percent = (share: number, decimals = 2): string => `${fixed(share * 100, decimals)}${NARROW}%`;

/** A gap of a certificate: one below what two decimals show is said to be that, not 0. */
export const gap = (share: number): string => (share < 0.0001 ? `< 0.01${NARROW}%` : percent(share));

/** "+0.7" or "−0.2". */
export const signed = (value: number, decimals = 1): string =>
  `${value >= 0 ? '+' : ''}${fixed(value, decimals)}`;

/** "4 s", "1 min 1 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.ceil(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

/** "412 KB". */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  if (count < 1024 ** 2) return `${Math.round(count / 1024)} KB`;
  return `${fixed(count / 1024 ** 2, count < 10 * 1024 ** 2 ? 1 : 0)} MB`;
}

/** "Today 16:47", "Yesterday 9:05", "3 Nov 2026". */
export function moment(iso: string, now = new Date()): string {
  const date = new Date(iso);
  const midnight = (of: Date): number => new Date(of.getFullYear(), of.getMonth(), of.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  const time = `${date.getHours()}:${date.getMinutes().toString().padStart(2, '0')}`;
  if (days === 0) return `Today ${time}`;
  if (days === 1) return `Yesterday ${time}`;
  return date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "1 unit", "64 units". */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${whole(n)} ${n === 1 ? one : many}`;

const sign = (text: string): string => text.replace('-', '−');
