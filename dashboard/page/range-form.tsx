import { useState } from 'preact/hooks';
import { daysOf, readPeriod } from '../view/period.ts';
import { showPeriod, view } from './address.ts';
import { Modal } from './modal.tsx';

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
        <DayField label="First day" day={from} latest={today} onChange={setFrom} />
        <DayField label="Last day" day={to} latest={today} onChange={setTo} />
        <button type="submit" class="primary" disabled={!period}>
          Show
        </button>
      </form>
    </Modal>
  );
}

interface DayFieldProps {
  readonly label: string;
  readonly day: string;
  readonly latest: string;
  readonly onChange: (day: string) => void;
}

function DayField({ label, day, latest, onChange }: DayFieldProps) {
  return (
    <label>
      {label}
      <input
        type="date"
        value={day}
        max={latest}
        onInput={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}
