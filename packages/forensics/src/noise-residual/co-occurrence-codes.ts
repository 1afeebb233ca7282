/** Values a quantised residual can take: −1, 0, 1, stored as 0, 1, 2. */
export const residualLevels = 3;
/** Different rows of four quantised residuals. */
const rowsOfFour = residualLevels ** 4;

/** Which rows of four count as the same pattern: a row, its mirror image, its negative and both together. */
export const patternOfRow: Readonly<Uint8Array> = foldedRows();

/** Different patterns of {@link patternOfRow}: 25. */
export const patterns = new Set(patternOfRow).size;

/** Appends a quantised residual to a row of four and drops the oldest: `nextRow[row · 3 + value]`. */
export const nextRow: Readonly<Uint8Array> = Uint8Array.from({ length: rowsOfFour * residualLevels }, (_, i) => {
  const [row, value] = [Math.floor(i / residualLevels), i % residualLevels];
  return (row % (rowsOfFour / residualLevels)) * residualLevels + value;
});

function foldedRows(): Uint8Array {
  const known = new Map<number, number>();
  return Uint8Array.from({ length: rowsOfFour }, (_, row) => {
    const values = [27, 9, 3, 1].map((place) => Math.floor(row / place) % residualLevels);
    const negative = values.map((value) => residualLevels - 1 - value);
    const alike = [values, values.toReversed(), negative, negative.toReversed()];
    const least = Math.min(...alike.map((four) => four.reduce((code, value) => code * residualLevels + value, 0)));
    const pattern = known.get(least) ?? known.size;
    known.set(least, pattern);
    return pattern;
  });
}
