import { useState } from 'preact/hooks';
import type { Action } from '../../src/query/engine/query.ts';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';
import { IconButton } from '../page/icon-button.tsx';
import { Modal } from '../page/modal.tsx';
import { LONGEST_NAME, resourceName } from '../text/resource-name.ts';
import { type StepField, stepName, stepOf } from './step.ts';
import { StepFields } from './step-fields.tsx';

interface Goal {
  readonly name: string;
  readonly action: Action;
}

const KINDS = ['page', 'event', 'outbound', 'download', 'not_found'] as const;

/** The goals of a site: what visitors should do. */
export function GoalsDialog({ site, onClose }: { readonly site: string; readonly onClose: () => void }) {
  const path = `/api/v1/sites/${encodeURIComponent(site)}/goals`;
  const { data, error } = useAnswer<{ goals: readonly Goal[] }>(path);
  const { isBusy, fault, run } = useChange();
  const [field, setField] = useState<StepField>({ kind: 'page', text: '' });
  const [name, setName] = useState('');
  const action = stepOf(field);
  return (
    <Modal title="Goals" onClose={onClose}>
      <div class="modal-body stored">
        <ul>
          {data?.goals.map((goal) => (
            <li key={goal.name}>
              <span>
                <bdi class="line-name">{goal.name}</bdi>
                <span class="quiet-text">{stepName(goal.action)}</span>
              </span>
              <IconButton
                icon="close"
                label={`Delete goal ${goal.name}`}
                disabled={isBusy}
                onClick={() => void run(`${path}/${encodeURIComponent(goal.name)}`, { method: 'DELETE' })}
              />
            </li>
          ))}
        </ul>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            const body = { name: name.trim() || (action && resourceName(stepName(action))), action };
            void run(path, { method: 'POST', body }).then((made) => {
              if (made === undefined) return;
              setField({ ...field, text: '' });
              setName('');
            });
          }}
        >
          <StepFields name="Action" field={field} kinds={KINDS} onChange={setField} />
          <label>
            Name
            <input
              type="text"
              maxLength={LONGEST_NAME}
              value={name}
              placeholder={action ? resourceName(stepName(action)) : ''}
              onInput={({ currentTarget }) => setName(currentTarget.value)}
            />
          </label>
          <button type="submit" class="primary" disabled={isBusy || action === undefined}>
            Add goal
          </button>
        </form>
        <Alert text={fault ?? error?.message} />
      </div>
    </Modal>
  );
}
