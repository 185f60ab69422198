/** A plot of memory by visitors, both on logarithmic scales, as SVG that is readable on light and dark backgrounds. */

import type { Sample } from './memory-process.ts';

/** One line of the plot. */
export interface Curve {
  readonly label: string;
  /** Colour and dashes: curves with the same name look the same. */
  readonly look: 'ours' | 'exact';
  readonly figure: (sample: Sample) => number;
  readonly samples: readonly Sample[];
}

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 70;
const RIGHT = 600;
const TOP = 50;
const BOTTOM = 340;

const STYLE = `text{fill:#1c2430}.s{font-size:12px;fill:#56606e}.g{stroke:#56606e;stroke-opacity:.25}
.ours{stroke:#3567c8;fill:#3567c8}.exact{stroke:#c8621c;fill:#c8621c}path{fill:none!important;stroke-width:2.5}
.thin{stroke-dasharray:6 4}text.ours,text.exact{stroke:none}
@media (prefers-color-scheme:dark){text{fill:#e6e9ee}.s{fill:#a9b2bf}.g{stroke:#a9b2bf}
.ours{stroke:#7ba4f4;fill:#7ba4f4}.exact{stroke:#f0a060;fill:#f0a060}}`;

/** @param curves with the same visitors; if two look the same, the second is dashed */
export function plotOf(title: string, curves: readonly Curve[]): string {
  const visitors = curves[0]!.samples.map((sample) => sample.visitors);
  const bytes = curves.flatMap(({ samples, figure }) => samples.map(figure));
  const x = scale(Math.min(...visitors), Math.max(...visitors), LEFT, RIGHT);
  const low = 10 ** Math.floor(Math.log10(Math.min(...bytes)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...bytes)));
  const y = scale(low, high, BOTTOM, TOP);
  const drawn = curves.map(({ label, look, figure, samples }, i) => {
    const points = samples.map((sample) => `${x(sample.visitors)} ${y(figure(sample))}`);
    const thin = curves.findIndex((curve) => curve.look === look) < i ? ' thin' : '';
    const end = y(figure(samples.at(-1)!)) + 4;
    return `<path class="${look}${thin}" d="M${points.join('L')}"/><text class="${look}" x="${RIGHT + 10}" y="${end}">${label}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui,sans-serif" font-size="14" role="img" aria-label="${title}">
<style>${STYLE}</style>
<text x="${LEFT}" y="26" font-weight="600">${title}</text>
${powers(low, high)
  .map((power) => line(LEFT, y(power), RIGHT, y(power), `${power / 1e6} MB`))
  .join('\n')}
${powers(Math.min(...visitors), Math.max(...visitors))
  .map((power) => tick(x(power), power.toLocaleString('en')))
  .join('\n')}
<text class="s" x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 44}" text-anchor="middle">different visitors of one site</text>
${drawn.join('\n')}
</svg>
`;
}

/** Maps a figure, by its logarithm, to a position on the plot. */
function scale(least: number, most: number, from: number, to: number): (figure: number) => number {
  return (figure) => {
    const share = Math.log(figure / least) / Math.log(most / least);
    return Math.round(10 * (from + share * (to - from))) / 10;
  };
}

function powers(low: number, high: number): number[] {
  const all: number[] = [];
  for (let power = 10 ** Math.ceil(Math.log10(low)); power <= high; power *= 10) all.push(power);
  return all;
}

function line(x1: number, y1: number, x2: number, y2: number, label: string): string {
  return `<line class="g" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/><text class="s" x="${x1 - 8}" y="${y1 + 4}" text-anchor="end">${label}</text>`;
}

function tick(x: number, label: string): string {
  return `<line class="g" x1="${x}" y1="${TOP}" x2="${x}" y2="${BOTTOM}"/><text class="s" x="${x}" y="${BOTTOM + 20}" text-anchor="middle">${label}</text>`;
}
