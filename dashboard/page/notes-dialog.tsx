import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { resourceName } from '../text/resource-name.ts';
import { localDate } from '../view/calendar.ts';
import { Alert } from './alert.tsx';
import { type Annotation, annotationsPath } from './annotation.ts';
import { now } from './clock.ts';
import { IconButton } from './icon-button.tsx';
import { Modal } from './modal.tsx';
import { format } from './preferences.ts';

/** The notes of a site, latest first. */
export function NotesDialog({ site, onClose }: { readonly site: string; readonly onClose: () => void }) {
  const path = annotationsPath(site);
  const { data, error } = useAnswer<{ annotations: readonly Annotation[] }>(path);
  const { isBusy, fault, run } = useChange();
  const [day, setDay] = useState(localDate(now.value));
  const [text, setText] = useState('');
  return (
    <Modal title="Notes" onClose={onClose}>
      <div class="modal-body stored">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const body = { name: resourceName(`${day} ${text.trim()}`), day, text: text.trim() };
            void run(path, { method: 'POST', body }).then((made) => made !== undefined && setText(''));
          }}
        >
          <label>
            Day
            <input
              type="date"
              required
              value={day}
              onInput={({ currentTarget }) => setDay(currentTarget.value)}
            />
          </label>
          <label>
            Text
            <input
              type="text"
              required
              value={text}
              placeholder="New pricing page"
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary" disabled={isBusy || day === '' || text.trim() === ''}>
            Add note
          </button>
        </form>
        <Alert text={fault ?? error?.message} />
        <ul>
          {(data?.annotations ?? [])
            .toSorted((a, b) => (a.day < b.day ? 1 : -1))
            .map((note) => (
              <li key={note.name}>
                <span>
                  <b>{format.date(note.day)}</b>
                  <bdi>{note.text}</bdi>
                </span>
                <IconButton
                  icon="close"
                  label={`Delete note ${note.text}`}
                  disabled={isBusy}
                  onClick={() => void run(`${path}/${encodeURIComponent(note.name)}`, { method: 'DELETE' })}
                />
              </li>
            ))}
        </ul>
      </div>
    </Modal>
  );
}
