import type { Answer } from "../messages.ts";
import type { Source } from "../source.ts";
import { type Chosen, fileName, sourceOf } from "./files.ts";
import type { Job } from "./pool.ts";
import type { Opened } from "./results.ts";
import { type Origin, originText } from "./state.ts";

/** How far an origin is: open, on its way, in want of its file, or nothing that can be opened. */
export type Found =
  | { readonly opened: Opened }
  | { readonly job: Job & { readonly source: Source } }
  | { readonly missing: string }
  | { readonly error: string };

/** Sources that are remembered, with all that was simulated of them. */
const most = 24;

/** Files that were chosen, and what was opened of them and of known networks: once each. */
export class Sources {
  readonly #changed: () => void;
  #files: readonly Chosen[] = [];
  #count = 0;
  /** by the text of their origins, the one that was asked for last last */
  readonly #known = new Map<string, Found>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** A file from now on, in the place of one of the same name and print: what is in it may have changed, and is read anew. */
  add(file: Chosen): void {
    const { name } = file.file;
    this.#files = [
      file,
      ...this.#files.filter((other) => other.file.name !== name || other.print !== file.print),
    ];
    for (const [key, found] of this.#known)
      if ("error" in found || nameOf(found) === name) this.#known.delete(key);
  }

  find(origin: Origin): Found {
    const key = originText(origin);
    const found = this.#known.get(key) ?? this.#found(key, origin);
    this.#known.delete(key);
    if (!("missing" in found)) this.#known.set(key, found);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= most) break;
      this.#known.delete(oldest);
    }
    return found;
  }

  #found(key: string, origin: Origin): Found {
    const source = sourceOf(origin, this.#files);
    if (!source) return { missing: fileName(origin)! };
    const id = ++this.#count;
    const job = {
      source,
      key: `open ${id}`,
      task: { kind: "open", source } as const,
      answered: (answer: Answer) => {
        const now = this.#known.get(key);
        // another file may have come since
        if (!now || !("job" in now) || now.job !== job) return;
        if ("step" in answer) this.#known.set(key, { opened: { id, source, ...answer } });
        else if ("error" in answer) this.#known.set(key, answer);
        this.#changed();
      },
    };
    return { job };
  }
}

/** The name of the file that was, or is being, opened. */
function nameOf(found: Found): string | undefined {
  const source = "opened" in found ? found.opened.source : "job" in found ? found.job.source : undefined;
  const file =
    source && ("file" in source ? source.file : "report" in source ? source.report : source.network);
  return typeof file === "string" ? undefined : file?.name;
}
