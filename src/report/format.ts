import { unprintable } from "../unprintable.ts";

/** 1234567 as "1,234,567" */
export const grouped = (n: number): string => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",");

/** "1 layer", "1,234 layers" */
export const counted = (n: number, thing: string): string => `${grouped(n)} ${thing}${n === 1 ? "" : "s"}`;

/** A share of 1 as "12.3 %"; "<0.1 %" for a trace of it, ">99.9 %" for nearly all: 0 and 100 % are none and all */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return "<0.1 %";
  if (share < 1 && share >= 0.9995) return ">99.9 %";
  return `${(100 * share).toFixed(1)} %`;
}

/** A ratio with three digits: "1.23x", "12.3x", "1,234x" */
export const times = (ratio: number): string =>
  `${ratio >= 99.95 ? grouped(ratio) : ratio.toFixed(ratio >= 9.995 ? 1 : 2)}x`;

/** "a", "a and b", "a, b and c" */
export const allOf = (names: readonly string[]): string =>
  new Intl.ListFormat("en-GB", { type: "conjunction" }).format(names);

/** A number with three digits or more: "0.0123", "1.23", "12.3", "1,234" */
export function threeDigits(n: number): string {
  if (n === 0 || n >= 99.95) return grouped(n);
  const places = Math.max(0, 2 - Math.floor(Math.log10(n)));
  return n.toFixed(Math.min(places, 6));
}

/** The same of any size: "1.23e10" from a million on */
export const brief = (n: number): string =>
  n < 1e6 ? threeDigits(n) : n.toExponential(2).replace("e+", "e");

/** Simulated time of `cycles`: "61.7 µs", "1.23 ms", "4.56 s" */
export function timeOf(cycles: number, clockMhz: number): string {
  const microseconds = cycles / clockMhz;
  if (microseconds < 1e3) return `${microseconds.toPrecision(3)} µs`;
  if (microseconds < 1e6) return `${(microseconds / 1e3).toPrecision(3)} ms`;
  return `${grouped(microseconds / 1e6)} s`;
}

/** "9 s", "1 min 5 s", "2 h 3 min" */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** An identifier as words: "betweenColumns" is "between columns" */
export const inWords = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/**
 * Text from outside on one line that a terminal cannot take for a command and a reader not for other text: `unprintable`
 * characters as JSON escapes them, \u001b.
 */
export const printable = (text: string): string => text.replace(unprintable, escapes);

const escapes = (character: string): string =>
  Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");

/** A value as a JSON document, which holds no `unprintable` character but its own line ends: the same data, escaped. */
export const jsonText = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(unprintable, (c) => (c === "\n" ? c : escapes(c)))}\n`;

/** Printable, and cut in the middle to `most` characters. */
export function shortened(text: string, most: number): string {
  const characters = [...printable(text)];
  if (characters.length <= most) return characters.join("");
  const tail = Math.floor((most - 1) / 2);
  return [...characters.slice(0, most - 1 - tail), "…", ...characters.slice(-tail)].join("");
}
