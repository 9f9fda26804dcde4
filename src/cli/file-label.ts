/** `./my-machine.ts` is `my-machine`. */
export const fileLabel = (path: string): string => path.replace(/^.*[/\\]/, "").replace(/\.[^.]*$/, "");
