/** One line of a plot; points within 0–1. */
export interface PlotLine {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const side = 360;
const margin = 48;
const colors = ["#0550ae", "#a40e26", "#116329", "#7a4b00", "#6639ba", "#57606a", "#bf3989"];

/** An SVG of lines in the unit square with its diagonal: ROC curves and reliability diagrams. */
export function squarePlot(title: string, xLabel: string, yLabel: string, lines: readonly PlotLine[]): string {
  const x = (value: number) => (margin + value * side).toFixed(1);
  const y = (value: number) => (margin + (1 - value) * side).toFixed(1);
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    `<text x="${x(tick)}" y="${margin + side + 16}" text-anchor="middle">${tick}</text>`,
    `<text x="${margin - 8}" y="${y(tick)}" text-anchor="end" dominant-baseline="middle">${tick}</text>`,
  ]);
  const drawn = lines.flatMap(({ label, points }, index) => {
    const color = colors[index % colors.length];
    const at = margin + 14 + 16 * index;
    return [
      `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${points.map(([u, v]) => `${x(u)},${y(v)}`).join(" ")}"/>`,
      `<text x="${2 * margin + side}" y="${at}" fill="${color}">${label}</text>`,
    ];
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side + 2 * margin + 220} ${side + 2 * margin}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${margin}" y="24" font-size="14">${title}</text>
<rect x="${margin}" y="${margin}" width="${side}" height="${side}" fill="none" stroke="#57606a"/>
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#d0d7de"/>
${[...ticks, ...drawn].join("\n")}
<text x="${margin + side / 2}" y="${margin + side + 36}" text-anchor="middle">${xLabel}</text>
<text transform="translate(14 ${margin + side / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
</svg>
`;
}
