/** A table for the terminal: first column left, the others right. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ");
  return [line(header), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
}

/** A share or figure between 0 and 1 with three digits, `–` when it could not be measured. */
export function figure(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3).replace(/^0/, "").replace(/^-0/, "-") : "–";
}
