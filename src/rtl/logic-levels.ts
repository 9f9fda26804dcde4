/** Something that has its outputs once it has its inputs; both are nets. */
interface Node<Net> {
  readonly inputs: readonly Net[];
  readonly outputs: readonly Net[];
}

/**
 * Indices of nodes level by level: those of a level wait for nodes of earlier levels alone, and for one of the level
 * before. Nodes that wait for each other in a ring, and those after them, are in none.
 */
export function logicLevels<Net>(nodes: readonly Node<Net>[]): number[][] {
  const { waitsFor, readers } = waits(nodes);
  const levels: number[][] = [];
  let level = [...nodes.keys()].filter((i) => waitsFor[i] === 0);
  while (level.length > 0) {
    levels.push(level);
    const reached = level.flatMap((i) => nodes[i].outputs.flatMap((net) => readers.get(net) ?? []));
    level = reached.filter((i) => --waitsFor[i] === 0);
  }
  return levels;
}

/** How many inputs of each node another one drives, and which nodes read a net, once for each such input. */
function waits<Net>(nodes: readonly Node<Net>[]) {
  const readers = new Map<Net, number[]>();
  for (const { outputs } of nodes) for (const net of outputs) readers.set(net, []);
  const waitsFor = nodes.map(({ inputs }, i) => {
    const driven = inputs.filter((net) => readers.has(net));
    for (const net of driven) readers.get(net)!.push(i);
    return driven.length;
  });
  return { waitsFor, readers };
}
