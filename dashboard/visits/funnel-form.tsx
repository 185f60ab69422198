import { useState } from 'preact/hooks';
import { useChange } from '../api/change.ts';
import { session } from '../api/session.ts';
import { show } from '../page/address.ts';
import { Alert } from '../page/alert.tsx';
import { Icon } from '../page/icon.tsx';
import { IconButton } from '../page/icon-button.tsx';
import { LONGEST_NAME } from '../text/resource-name.ts';
import { fieldOf, type Step, type StepField, stepOf } from './step.ts';
import { StepFields } from './step-fields.tsx';

const FEWEST = 2;
const MOST = 8;
const EMPTY: StepField = { kind: 'page', text: '' };
const WINDOWS = [
  ['visit', 'in one visit'],
  ['1d', 'within a day'],
  ['7d', 'within 7 days'],
  ['30d', 'within 30 days'],
  ['90d', 'within 90 days'],
] as const;

interface FormProps {
  /** Where funnels are stored; undefined for all sites, which have none. */
  readonly path: string | undefined;
  /** Those of the address. */
  readonly steps: readonly Step[] | undefined;
  readonly within: string;
  readonly onSaved: (name: string) => void;
}

/** A form for a funnel, which is shown without being stored, and can be stored under a name. */
export function FunnelForm({ path, steps, within, onSaved }: FormProps) {
  const known = (steps ?? []).map(fieldOf).filter((field) => field !== undefined);
  const [fields, setFields] = useState<readonly StepField[]>(known.length >= FEWEST ? known : [EMPTY, EMPTY]);
  const [limit, setLimit] = useState(within);
  const [name, setName] = useState('');
  const { isBusy, fault, run } = useChange();
  const made = fields.map(stepOf).filter((step) => step !== undefined);
  const isComplete = made.length === fields.length;
  const set = (at: number, field: StepField) =>
    setFields(fields.map((each, place) => (place === at ? field : each)));
  return (
    <form
      class="card funnel-form"
      aria-label="New funnel"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete) show({ details: { steps: JSON.stringify(made), within: limit } });
      }}
    >
      <h2>Steps</h2>
      {fields.map((field, at) => (
        <div class="step-line" key={at}>
          <StepFields name={`Step ${at + 1}`} field={field} onChange={(next) => set(at, next)} />
          {fields.length > FEWEST && (
            <IconButton
              icon="close"
              label={`Remove step ${at + 1}`}
              onClick={() => setFields(fields.filter((_, place) => place !== at))}
            />
          )}
        </div>
      ))}
      <div class="form-line">
        <button
          type="button"
          class="quiet"
          disabled={fields.length === MOST}
          onClick={() => setFields([...fields, EMPTY])}
        >
          <Icon name="plus" /> Add step
        </button>
        <select
          aria-label="Time limit"
          value={limit}
          onChange={({ currentTarget }) => setLimit(currentTarget.value)}
        >
          {WINDOWS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
        <button type="submit" class="primary" disabled={!isComplete}>
          Show
        </button>
      </div>
      {path !== undefined && session.value?.admin && (
        <div class="form-line">
          <input
            type="text"
            aria-label="Name of the funnel"
            placeholder="Name"
            maxLength={LONGEST_NAME}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <button
            type="button"
            class="control"
            disabled={isBusy || !isComplete || name.trim() === ''}
            onClick={async () => {
              const within = limit === 'visit' ? limit : { days: Number.parseInt(limit, 10) };
              const body = { name: name.trim(), steps: made, within };
              if ((await run(path, { method: 'POST', body })) !== undefined) onSaved(body.name);
            }}
          >
            Save funnel
          </button>
        </div>
      )}
      <Alert text={fault} />
    </form>
  );
}
