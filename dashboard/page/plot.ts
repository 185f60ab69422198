/** The options of the chart for uPlot. */

import type uPlot from 'uplot';
import type { Interval } from '../view/period.ts';
import type { Columns } from '../view/series.ts';
import type { Spike } from '../view/spikes.ts';

/** Width that a label below the chart needs, in pixels, without and with a year. */
const LABEL_WIDTH = 84;
const LONG_LABEL_WIDTH = 104;
/** Width of the axis on the left, and of a character of its labels, in pixels. */
const AXIS_WIDTH = 58;
const CHARACTER_WIDTH = 7.5;
const HEIGHT = 280;
const NARROW_HEIGHT = 210;
/** Above the highest value; with the mark of a spike, which has its room above. */
const HEADROOM = 1.08;
const SPIKE_HEADROOM = 1.16;
/** Steps of an axis of whole numbers: 1, 2, 5, 10, 20 … */
const WHOLE_STEPS = Array.from(
  { length: 36 },
  (_, index) => [1, 2, 5][index % 3]! * 10 ** Math.floor(index / 3),
);
/** Steps of an axis of durations: round numbers of seconds, minutes, hours, days. */
const DURATION_STEPS = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12, 24, 48, 120, 240].map((hours) => hours * 3600),
];
const STEPS = { count: WHOLE_STEPS, seconds: DURATION_STEPS };
/** Days and months of a longer time need their year. Seconds. */
const YEAR = 360 * 86_400;
const MANY_MONTHS = 300 * 86_400;
/** Up to this many points are drawn as dots. */
const FEW_POINTS = 40;

export interface Drawing {
  /** Replaced when there are newer values of the same intervals. */
  columns: Columns;
  spikes: readonly Spike[];
  readonly interval: Interval;
  readonly locales: readonly string[];
  /** Whether the last value's interval has not ended. */
  readonly isGoingOn: boolean;
  /** Says a round number of the axis. */
  readonly sayRound: (value: number) => string;
  /** Unit of which the axis has round numbers. */
  readonly unit: 'count' | 'seconds' | undefined;
  /** Times of notes, in seconds since 1970. */
  readonly notes: readonly number[];
  readonly onCursor: (place: number | undefined, left: number) => void;
}

/** Values in three lines: ended intervals, the current one (dashed), and the compared period. */
export function plotData({ columns, isGoingOn }: Drawing): uPlot.AlignedData {
  const { times, values, before } = columns;
  const last = values.findLastIndex((value) => value !== null);
  const isSplit = isGoingOn && last > 0;
  const over = values.map((value, place) => (isSplit && place >= last ? null : value));
  const ongoing = values.map((value, place) =>
    isSplit && (place === last || place === last - 1) ? value : null,
  );
  return [times, over, ongoing, before];
}

export function plotSize(width: number): { width: number; height: number } {
  return { width, height: width < 560 ? NARROW_HEIGHT : HEIGHT };
}

/** @param element whose styles have the colours */
export function plotOptions(drawing: Drawing, element: Element, width: number): uPlot.Options {
  const styles = getComputedStyle(element);
  const colour = (name: string) => styles.getPropertyValue(`--${name}`).trim();
  const font = `12px ${styles.fontFamily}`;
  const isFew = drawing.columns.times.length <= FEW_POINTS;
  const points = { show: isFew, size: 5, fill: colour('accent'), stroke: colour('accent') };
  const axis = { stroke: colour('muted'), font, ticks: { show: false } };
  return {
    ...plotSize(width),
    padding: [12, 26, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 9, width: 2, fill: colour('card') },
    },
    scales: {
      x: { time: true },
      y: {
        range: (_, __, most) => {
          const room = drawing.spikes.length > 0 ? SPIKE_HEADROOM : HEADROOM;
          return [0, most > 0 ? most * room : 1];
        },
      },
    },
    axes: [
      {
        ...axis,
        size: 34,
        grid: { show: false },
        splits: ({ bbox }) => labelTimes(drawing, bbox.width / devicePixelRatio),
        values: (_, times) => timeLabels(times, drawing),
      },
      {
        ...axis,
        size: (_, labels) => {
          const longest = Math.max(0, ...(labels ?? []).map(({ length }) => length));
          return Math.max(AXIS_WIDTH, 14 + CHARACTER_WIDTH * longest);
        },
        ...(drawing.unit && { incrs: STEPS[drawing.unit] }),
        grid: { stroke: colour('line'), width: 1 },
        values: (_, splits) => splits.map(drawing.sayRound),
      },
    ],
    series: [
      {},
      {
        stroke: colour('accent'),
        width: 2,
        fill: ({ ctx, bbox }) => fade(ctx, bbox, colour('accent-fade'), colour('accent-none')),
        points,
      },
      { stroke: colour('accent'), width: 2, dash: [5, 5], points: { ...points, filter: () => [] } },
      { stroke: colour('before'), width: 1.5, dash: [2, 4], points: { show: false } },
    ],
    hooks: {
      drawAxes: [(plot) => drawNotes(plot, drawing.notes, colour('muted'))],
      draw: [(plot) => drawSpikes(plot, drawing, colour('accent'))],
      setCursor: [({ cursor }) => drawing.onCursor(cursor.idx ?? undefined, cursor.left ?? 0)],
    },
  };
}

function fade(context: CanvasRenderingContext2D, box: uPlot.BBox, from: string, to: string): CanvasGradient {
  const gradient = context.createLinearGradient(0, box.top, 0, box.top + box.height);
  gradient.addColorStop(0, from);
  gradient.addColorStop(1, to);
  return gradient;
}

/** A dotted line at each note that lies in the chart. */
function drawNotes({ ctx, bbox, valToPos, scales }: uPlot, notes: readonly number[], stroke: string): void {
  const { min = 0, max = 0 } = scales.x ?? {};
  ctx.save();
  ctx.strokeStyle = stroke;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const time of notes) {
    if (time < (min ?? 0) || time > (max ?? 0)) continue;
    const x = valToPos(time, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** A triangle above each spike. */
function drawSpikes({ ctx, valToPos }: uPlot, { spikes, columns }: Drawing, fill: string): void {
  const size = 5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = fill;
  for (const { place, value } of spikes) {
    const [x, y] = [valToPos(columns.times[place]!, 'x', true), valToPos(value, 'y', true) - size];
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x - size, y - 1.6 * size);
    ctx.lineTo(x + size, y - 1.6 * size);
    ctx.fill();
  }
  ctx.restore();
}

/** Evenly spaced times of points, with room for their labels. */
function labelTimes(drawing: Drawing, width: number): number[] {
  const { times } = drawing.columns;
  const room = labelOptions(drawing).year === undefined ? LABEL_WIDTH : LONG_LABEL_WIDTH;
  const step = Math.max(1, Math.ceil((times.length * room) / Math.max(1, width)));
  return times.filter((_, place) => place % step === 0);
}

function timeLabels(times: readonly number[], drawing: Drawing): string[] {
  const format = new Intl.DateTimeFormat([...drawing.locales], labelOptions(drawing));
  return times.map((time) => format.format(time * 1000));
}

/** Years have four digits: `Dec 25` would be a day. */
function labelOptions({ columns, interval }: Drawing): Intl.DateTimeFormatOptions {
  const span = (columns.times.at(-1) ?? 0) - (columns.times[0] ?? 0);
  const isClock = interval === 'minute' || (interval === 'hour' && span < 2 * 86_400);
  if (isClock) return { hour: 'numeric', minute: '2-digit' };
  if (interval === 'month') return { month: 'short', ...(span > MANY_MONTHS && { year: 'numeric' }) };
  return { day: 'numeric', month: 'short', ...(span > YEAR && { year: 'numeric' }) };
}
