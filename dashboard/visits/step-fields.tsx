import { useId } from 'preact/hooks';
import type { QueryAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { tableQuery } from '../api/queries.ts';
import { view } from '../page/address.ts';
import { now } from '../page/clock.ts';
import { readable } from '../text/readable.ts';
import type { FilterDimension } from '../view/filter.ts';
import { STEP_KINDS, type StepField, type StepKind } from './step.ts';

const NAMES: Readonly<Record<StepKind, string>> = {
  page: 'Page',
  event: 'Event',
  goal: 'Goal',
  outbound: 'Link to',
  download: 'Download',
  not_found: 'Not found',
};
const HINTS: Readonly<Record<StepKind, string>> = {
  page: '/cart, or /blog/*',
  event: 'signup',
  goal: 'Name of a goal',
  outbound: 'https://shop.example/*, or any',
  download: '*.pdf, or any',
  not_found: '/old/*, or any',
};
const SUGGESTED: { readonly [Kind in StepKind]?: FilterDimension } = {
  page: 'page',
  event: 'event',
  goal: 'goal',
};
const SUGGESTIONS = 100;

interface FieldsProps {
  readonly name: string;
  readonly field: StepField;
  readonly kinds?: readonly StepKind[];
  readonly onChange: (field: StepField) => void;
}

/** What is done at a step: its kind, and which page, event or goal. */
export function StepFields({ name, field, kinds = STEP_KINDS, onChange }: FieldsProps) {
  const id = useId();
  const by = SUGGESTED[field.kind];
  const query =
    by &&
    tableQuery({ ...view.value, filters: [], compare: 'none' }, now.value, {
      ...{ dimensions: [by], metrics: ['visitors'], order: 'visitors', limit: SUGGESTIONS },
    });
  const { data, isLoading } = useAnswer<QueryAnswer>(query);
  const known = isLoading || !by ? [] : (data?.results ?? []).map(({ dimensions }) => dimensions[0] ?? '');
  return (
    <div class="step-fields">
      <select
        aria-label={`${name}: type`}
        value={field.kind}
        onChange={({ currentTarget }) => onChange({ kind: currentTarget.value as StepKind, text: '' })}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {NAMES[kind]}
          </option>
        ))}
      </select>
      <input
        type="text"
        aria-label={name}
        list={id}
        value={field.text}
        placeholder={HINTS[field.kind]}
        spellcheck={false}
        autocapitalize="off"
        onInput={({ currentTarget }) => onChange({ ...field, text: currentTarget.value })}
      />
      <datalist id={id}>
        {known.map((value) => (
          <option key={value} value={by === 'page' ? readable(value) : value} />
        ))}
      </datalist>
    </div>
  );
}
