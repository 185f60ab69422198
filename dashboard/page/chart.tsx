import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { intervalName } from '../text/period-name.ts';
import type { Interval } from '../view/period.ts';
import type { Columns } from '../view/series.ts';
import type { Spike } from '../view/spikes.ts';
import type { Note } from './notes.tsx';
import { type Drawing, plotData, plotOptions, plotSize } from './plot.ts';
import { format, isDark } from './preferences.ts';

interface ChartProps {
  readonly name: string;
  readonly columns: Columns;
  /** Starts of the compared period's intervals, in milliseconds since 1970. */
  readonly timesBefore: readonly number[];
  readonly notes: readonly Note[];
  readonly spikes: readonly Spike[];
  readonly interval: Interval;
  readonly isGoingOn: boolean;
  readonly say: (value: number) => string;
  readonly sayRound: (value: number) => string;
  readonly unit: 'count' | 'seconds' | undefined;
}

interface Pointed {
  readonly place: number;
  readonly left: number;
}

/** A line over time, with that of the compared period. Arrow keys move along it. */
export function Chart(props: ChartProps) {
  const { name, columns, interval, isGoingOn, sayRound, unit, notes, spikes } = props;
  const [pointed, setPointed] = useState<Pointed>();
  const root = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const drawing = useRef<Drawing>(undefined);
  const dark = isDark.value;
  useEffect(() => {
    const element = root.current!;
    drawing.current = {
      ...{ columns, spikes, interval, isGoingOn, sayRound, unit, locales: format.locales },
      notes: notes.map(({ time }) => time),
      onCursor: (place: number | undefined, left: number) =>
        setPointed(place === undefined || left < 0 ? undefined : { place, left }),
    };
    const options = plotOptions(drawing.current, element, element.clientWidth);
    const drawn = new uPlot(options, plotData(drawing.current), element);
    plot.current = drawn;
    const watch = new ResizeObserver(() => drawn.setSize(plotSize(element.clientWidth)));
    watch.observe(element);
    return () => {
      watch.disconnect();
      drawn.destroy();
      setPointed(undefined);
    };
  }, [interval, isGoingOn, sayRound, unit, notes, dark, columns.times.length]);
  // New figures of the same period arrive every few seconds: the point that is read stays.
  useEffect(() => {
    if (!plot.current || !drawing.current || drawing.current.columns === columns) return;
    drawing.current.columns = columns;
    drawing.current.spikes = spikes;
    plot.current.setData(plotData(drawing.current));
  }, [columns]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const drawn = plot.current;
    if (step === undefined || !drawn) return;
    event.preventDefault();
    event.stopPropagation();
    const count = columns.times.length;
    const place = pointed ? (pointed.place + step + count) % count : step > 0 ? 0 : count - 1;
    drawn.setCursor({ left: drawn.valToPos(columns.times[place]!, 'x'), top: 10 });
  };
  return (
    <div
      class="chart"
      tabIndex={0}
      role="slider"
      aria-label={`${name} by ${interval}`}
      aria-valuemin={0}
      aria-valuemax={columns.times.length - 1}
      aria-valuenow={pointed?.place ?? 0}
      aria-valuetext={pointed ? pointText(props, pointed.place) : 'Use the arrow keys to read the points'}
      onKeyDown={onKeyDown}
      onBlur={() => plot.current?.setCursor({ left: -10, top: -10 })}
    >
      <div ref={root} class="plot" />
      {pointed && <PointTip {...props} pointed={pointed} width={root.current?.clientWidth ?? 0} />}
    </div>
  );
}

function pointText({ columns, interval, say }: ChartProps, place: number): string {
  const value = columns.values[place];
  const said = typeof value === 'number' ? say(value) : 'nothing yet';
  return `${intervalName(columns.times[place]! * 1000, interval, format.locales)}: ${said}`;
}

function PointTip({
  name,
  columns,
  timesBefore,
  interval,
  say,
  pointed,
  width,
}: ChartProps & { readonly pointed: Pointed; readonly width: number }) {
  const { place, left } = pointed;
  const time = columns.times[place];
  if (time === undefined) return null;
  const value = columns.values[place];
  const before = columns.before[place];
  const timeBefore = timesBefore[place];
  const said = (each: number | null | undefined) => (typeof each === 'number' ? say(each) : '–');
  const change =
    typeof value === 'number' && typeof before === 'number' && before > 0 ? value / before - 1 : undefined;
  return (
    <div class={left > width / 2 ? 'point left' : 'point'} style={{ '--x': `${left}px` }}>
      <p class="point-name">
        {name}
        {change !== undefined && <span>{format.change(change)}</span>}
      </p>
      <p>
        <i class="key" />
        <span>{intervalName(time * 1000, interval, format.locales)}</span>
        <b>{said(value)}</b>
      </p>
      {timeBefore !== undefined && (
        <p>
          <i class="key key-before" />
          <span>{intervalName(timeBefore, interval, format.locales)}</span>
          <b>{said(before)}</b>
        </p>
      )}
    </div>
  );
}
