import { useId, useState } from 'preact/hooks';
import type { QueryAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { propsQuery, tableQuery } from '../api/queries.ts';
import { view } from '../page/address.ts';
import { now } from '../page/clock.ts';
import { conditionName, dimensionName, FILTERABLE, typedValue, valueName } from '../page/dimensions.ts';
import { OPERATOR_NAMES } from '../page/filter-name.ts';
import { IconButton } from '../page/icon-button.tsx';
import type { FilterDimension, TextFilter, TextOperator } from '../view/filter.ts';

/** Maximum number of suggested values. */
const SUGGESTIONS = 200;

interface FieldsProps {
  readonly condition: TextFilter;
  readonly onChange: (condition: TextFilter) => void;
}

/** A dimension, an operator, and one or more values. */
export function ConditionFields({ condition, onChange }: FieldsProps) {
  const [operator, dimension, values] = condition;
  const props = useAnswer<{ props: readonly { key: string }[] }>(propsQuery(view.value, now.value));
  const properties = (props.data?.props ?? []).map(({ key }) => `prop:${key}` as const);
  return (
    <>
      <div class="condition">
        <select
          aria-label="Dimension"
          value={dimension}
          onChange={({ currentTarget }) => onChange([operator, currentTarget.value as FilterDimension, []])}
        >
          {FILTERABLE.map((each) => (
            <option key={each} value={each}>
              {dimensionName(each)}
            </option>
          ))}
          {properties.length > 0 && (
            <optgroup label="Properties">
              {properties.map((each) => (
                <option key={each} value={each}>
                  {dimensionName(each)}
                </option>
              ))}
            </optgroup>
          )}
        </select>
        <select
          aria-label="Operator"
          value={operator}
          onChange={({ currentTarget }) => onChange([currentTarget.value as TextOperator, dimension, values])}
        >
          {Object.entries(OPERATOR_NAMES).map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Values
        {...{ dimension, operator, values }}
        onChange={(next) => onChange([operator, dimension, next])}
      />
    </>
  );
}

interface ValuesProps {
  readonly dimension: FilterDimension;
  readonly operator: TextOperator;
  readonly values: readonly string[];
  readonly onChange: (values: readonly string[]) => void;
}

/** Values, any of which may match: typed, or selected among the most frequent ones of the period. */
function Values({ dimension, operator, values, onChange }: ValuesProps) {
  const [text, setText] = useState('');
  const id = useId();
  // Its own filters would hide the other values.
  const query = tableQuery({ ...view.value, filters: [], compare: 'none' }, now.value, {
    ...{ dimensions: [dimension], metrics: ['visitors'], order: 'visitors', limit: SUGGESTIONS },
  });
  const { data, isLoading } = useAnswer<QueryAnswer>(query);
  const known = isLoading ? [] : (data?.results ?? []).map(({ dimensions }) => dimensions[0] ?? '');
  const isLiteral = operator === 'is' || operator === 'is_not';
  const shown = (value: string) => conditionName(operator, dimension, value);
  // People type names, such as that of a country, for values. The value of `None` is empty.
  const named = (typed: string) =>
    isLiteral ? known.find((each) => valueName(dimension, each) === typed) : undefined;
  const add = (typed: string) => {
    setText('');
    if (typed === '') return;
    const value = named(typed) ?? typedValue(dimension, typed);
    onChange([...values.filter((each) => each !== value), value]);
  };
  return (
    <div class="values">
      {values.map((value) => (
        <span class="chip" key={value}>
          <bdi>{shown(value)}</bdi>
          <IconButton
            icon="close"
            label={`Remove ${shown(value)}`}
            onClick={() => onChange(values.filter((each) => each !== value))}
          />
        </span>
      ))}
      <input
        aria-label="Value"
        type="text"
        list={id}
        value={text}
        spellcheck={false}
        autocapitalize="off"
        placeholder={operator.startsWith('matches') ? '/blog/*' : values.length > 0 ? 'or …' : 'Value'}
        required={values.length === 0}
        onInput={({ currentTarget: { value }, inputType }) => {
          if (isSelection(inputType) && named(value) !== undefined) add(value);
          else setText(value);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || text === '') return;
          event.preventDefault();
          add(text.trim());
        }}
        onBlur={() => add(text.trim())}
      />
      <datalist id={id}>
        {known.map((value) => (
          <option key={value} value={valueName(dimension, value)} />
        ))}
      </datalist>
    </div>
  );
}

/** Whether an input is the selection of a suggestion: some browsers name no type. A typed value may begin with another value. */
function isSelection(inputType: string | undefined): boolean {
  return inputType === undefined || inputType === '' || inputType === 'insertReplacementText';
}
