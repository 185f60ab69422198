import { useMemo, useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { session } from '../api/session.ts';
import { localDate } from '../view/calendar.ts';
import { daysOf, spanOf } from '../view/period.ts';
import { view } from './address.ts';
import { type Annotation, annotationsPath } from './annotation.ts';
import { now } from './clock.ts';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { format } from './preferences.ts';

const NotesDialog = lazy<{ site: string; onClose: () => void }>(() =>
  import('./notes-dialog.tsx').then((module) => module.NotesDialog),
);

export interface Note extends Annotation {
  /** Start of the day on the reader's clock, in seconds since 1970. */
  readonly time: number;
}

/** The notes of the site in the period, oldest first. */
export function useNotes(): readonly Note[] {
  const { site, period } = view.value;
  const { data, isLoading } = useAnswer<{ annotations: readonly Annotation[] }>(
    site === '' ? undefined : annotationsPath(site),
  );
  const days = daysOf(period, localDate(now.value));
  // A window of minutes or hours has no days: notes of the day on which it begins count.
  const { from } = spanOf(period, now.value);
  const first = days?.first ?? (from === undefined ? '' : localDate(new Date(from)));
  return useMemo(() => {
    if (isLoading || site === '') return [];
    return (data?.annotations ?? [])
      .filter(({ day }) => day >= first && (!days || day <= days.last))
      .toSorted((a, b) => (a.day < b.day ? -1 : 1))
      .map((each) => ({ ...each, time: new Date(`${each.day}T00:00:00`).getTime() / 1000 }));
  }, [data, isLoading, site, first, days?.last]);
}

/** Notes below the chart, which has a line at each; with the token, they are added and deleted. */
export function Notes({ notes }: { readonly notes: readonly Note[] }) {
  const [isOpen, setOpen] = useState(false);
  const isAdmin = session.value?.admin === true;
  if (notes.length === 0 && !isAdmin) return null;
  return (
    <div class="notes">
      <ul>
        {notes.map(({ name, day, text }) => (
          <li key={name}>
            <b>{format.date(day)}</b> <bdi>{text}</bdi>
          </li>
        ))}
      </ul>
      {isAdmin && (
        <button type="button" class="quiet" onClick={() => setOpen(true)}>
          <Icon name="plus" /> Add note
        </button>
      )}
      {isOpen && <NotesDialog site={view.value.site} onClose={() => setOpen(false)} />}
    </div>
  );
}
