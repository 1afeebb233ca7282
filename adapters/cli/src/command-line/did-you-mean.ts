/** Edits that a slip makes; of a short word fewer, for else everything is near everything. */
const mostEdits = 2;

/** The known word that was probably meant; undefined when none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const ranked = known.map((each) => ({ each, edits: editsBetween(word.toLowerCase(), each.toLowerCase()) }));
  const nearest = ranked.toSorted((a, b) => a.edits - b.edits)[0];
  const bound = Math.min(mostEdits, Math.floor(word.length / 2));
  return nearest && nearest.edits <= bound ? nearest.each : undefined;
}

/** Fewest insertions, deletions, changes and swaps of neighbours that make one word of the other (optimal alignment). */
function editsBetween(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(rows, row - 1, column) + 1,
          at([current], 0, column - 1) + 1,
          at(rows, row - 1, column - 1) + same,
          swapped ? at(rows, row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    rows.push(current);
  }
  return at(rows, from.length, to.length);
}

function at(rows: readonly (readonly number[])[], row: number, column: number): number {
  return rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
}
