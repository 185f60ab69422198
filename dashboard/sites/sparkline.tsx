const WIDTH = 100;
const HEIGHT = 28;

/** A line of values from left to right, from 0 up to the highest. Its numbers are beside it. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const last = Math.max(1, values.length - 1);
  const points = values
    .map(
      (value, at) =>
        `${((WIDTH * at) / last).toFixed(1)},${(HEIGHT - (HEIGHT - 3) * (value / most)).toFixed(1)}`,
    )
    .join(' ');
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT + 1}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {values.length > 1 && (
        <>
          <polygon points={`0,${HEIGHT} ${points} ${WIDTH},${HEIGHT}`} />
          <polyline points={points} />
        </>
      )}
    </svg>
  );
}
