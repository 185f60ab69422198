import { useState } from 'preact/hooks';
import { periodName } from '../text/period-name.ts';
import { daysBetween, localDate } from '../view/calendar.ts';
import { type Days, readDays } from '../view/period.ts';
import { now } from './clock.ts';
import { DayPicker } from './day-picker.tsx';
import { Modal } from './modal.tsx';
import { format } from './preferences.ts';

export interface RangeFormProps {
  readonly title: string;
  /** Selected at first. */
  readonly days: Days | undefined;
  readonly onShow: (days: Days) => void;
  readonly onClose: () => void;
}

/** Two days that define a period: typed, or selected in a calendar. */
export function RangeForm({ title, days, onShow, onClose }: RangeFormProps) {
  const today = localDate(now.value);
  const [from, setFrom] = useState(days?.from ?? today);
  const [to, setTo] = useState(days && days.to < today ? days.to : today);
  const chosen = readDays(from, to);
  return (
    <Modal title={title} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(event) => {
          event.preventDefault();
          if (!chosen) return;
          onShow(chosen);
          onClose();
        }}
      >
        <DayField label="First day" day={from} latest={today} onChange={setFrom} />
        <DayField label="Last day" day={to} latest={today} onChange={setTo} />
        <DayPicker
          days={chosen}
          latest={today}
          onChange={(next) => {
            setFrom(next.from);
            setTo(next.to);
          }}
        />
        <p class="quiet-text chosen-days" role="status">
          {chosen &&
            `${periodName({ kind: 'custom', ...chosen }, now.value, format.locales)}, ${format.count(daysBetween(chosen.from, chosen.to) + 1, 'day')}`}
        </p>
        <button type="submit" class="primary" disabled={!chosen}>
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
