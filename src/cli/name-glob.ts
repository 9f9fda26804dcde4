/** Whether a text stands for several names: it has a star, for any characters, or a question mark, for one. */
export const isGlob = (text: string): boolean => /[*?]/.test(text);

/** Whether a whole name is what a pattern of stars and question marks says. Its time is at most that of pattern x name. */
export function matchesGlob(pattern: string, name: string): boolean {
  let [at, inName] = [0, 0];
  /** behind the last star, and how much of the name that star has taken */
  let star: { readonly at: number; inName: number } | undefined;
  while (inName < name.length) {
    if (pattern[at] === "*") star = { at: ++at, inName };
    else if (at < pattern.length && (pattern[at] === "?" || pattern[at] === name[inName])) {
      at++;
      inName++;
    } else if (star) [at, inName] = [star.at, ++star.inName];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
