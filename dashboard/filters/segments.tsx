import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { session } from '../api/session.ts';
import { show, view } from '../page/address.ts';
import { Alert } from '../page/alert.tsx';
import { filterPhrase } from '../page/filter-name.ts';
import { IconButton } from '../page/icon-button.tsx';
import { Modal } from '../page/modal.tsx';
import { LONGEST_NAME } from '../text/resource-name.ts';
import type { Filter } from '../view/filter.ts';

interface Segment {
  readonly name: string;
  readonly filters: readonly Filter[];
}

/** The stored filters of a site: applied, saved, deleted. */
export function SegmentsMenu() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet" onClick={() => setOpen(true)}>
        Segments
      </button>
      {isOpen && <SegmentsDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function SegmentsDialog({ onClose }: { readonly onClose: () => void }) {
  const { site, filters } = view.value;
  const path = `/api/v1/sites/${encodeURIComponent(site)}/segments`;
  const { data, error } = useAnswer<{ segments: readonly Segment[] }>(path);
  const { isBusy, fault, run } = useChange();
  const [name, setName] = useState('');
  const isAdmin = session.value?.admin === true;
  return (
    <Modal title="Segments" onClose={onClose}>
      <div class="modal-body segments">
        {data?.segments.length === 0 && (
          <p class="quiet-text">No segments yet. A segment is a named set of filters.</p>
        )}
        <ul>
          {data?.segments.map((segment) => (
            <li key={segment.name}>
              <button
                type="button"
                class="plain segment"
                onClick={() => {
                  show({ filters: segment.filters });
                  onClose();
                }}
              >
                <bdi>{segment.name}</bdi>
                <span class="quiet-text">{segment.filters.map(filterPhrase).join(', ')}</span>
              </button>
              {isAdmin && (
                <IconButton
                  icon="close"
                  label={`Delete segment ${segment.name}`}
                  disabled={isBusy}
                  onClick={() =>
                    void run(`${path}/${encodeURIComponent(segment.name)}`, { method: 'DELETE' })
                  }
                />
              )}
            </li>
          ))}
        </ul>
        {isAdmin && filters.length > 0 && (
          <form
            class="save-segment"
            onSubmit={(event) => {
              event.preventDefault();
              void run(path, { method: 'POST', body: { name: name.trim(), filters } }).then(
                (saved) => saved !== undefined && setName(''),
              );
            }}
          >
            <label>
              Save these filters as
              <input
                type="text"
                required
                maxLength={LONGEST_NAME}
                value={name}
                onInput={({ currentTarget }) => setName(currentTarget.value)}
              />
            </label>
            <button type="submit" class="control" disabled={isBusy || name.trim() === ''}>
              Save
            </button>
          </form>
        )}
        <Alert text={fault ?? error?.message} />
      </div>
    </Modal>
  );
}
