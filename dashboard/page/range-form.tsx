import { useState } from 'preact/hooks';
import { daysOf, readPeriod } from '../view/period.ts';
import { Modal } from './modal.tsx';
import { showPeriod, view } from './place.ts';

/** Two dates that define a period. */
export function RangeForm({ today, onClose }: { readonly today: string; readonly onClose: () => void }) {
  const days = daysOf(view.value.period, today) ?? { first: today, last: today };
  const [from, setFrom] = useState(days.first);
  const [to, setTo] = useState(days.last > today ? today : days.last);
  const period = readPeriod('custom', '', from, to);
  return (
    <Modal title="Custom range" onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (!period) return;
          showPeriod(period);
          onClose();
        }}
      >
        <label>
          First day
          <input
            type="date"
            value={from}
            max={today}
            onInput={({ currentTarget }) => setFrom(currentTarget.value)}
          />
        </label>
        <label>
          Last day
          <input
            type="date"
            value={to}
            max={today}
            onInput={({ currentTarget }) => setTo(currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={!period}>
          Show
        </button>
      </form>
    </Modal>
  );
}
