/** Gives each layer a name that no other has: one that is used again has "#1", then "#2" behind its name. */
export class LayerNames {
  private readonly used = new Set<string>();
  /** For each name asked for, the number to try next, so that every number is tried once. */
  private readonly numbers = new Map<string, number>();

  own(name: string): string {
    let found = name;
    for (let i = this.numbers.get(name) ?? 1; this.used.has(found); i++) {
      found = `${name}#${i}`;
      this.numbers.set(name, i + 1);
    }
    this.used.add(found);
    return found;
  }
}
