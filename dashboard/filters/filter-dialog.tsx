import { useState } from 'preact/hooks';
import { show, view } from '../page/address.ts';
import { Icon } from '../page/icon.tsx';
import { Modal } from '../page/modal.tsx';
import { type Filter, has, isTextFilter, replaced, type TextFilter, toggled } from '../view/filter.ts';
import { ConditionFields } from './condition-fields.tsx';

/** Maximum number of conditions in the form. */
const MOST = 5;
const EMPTY: TextFilter = ['is', 'page', []];

interface DialogProps {
  /** The filter to change; missing to add one. */
  readonly filter?: Filter;
  readonly onClose: () => void;
}

/** A form for a filter: one condition, or several of which one must hold. */
export function FilterDialog({ filter, onClose }: DialogProps) {
  const [conditions, setConditions] = useState<readonly TextFilter[]>(() => conditionsOf(filter) ?? [EMPTY]);
  const isReadable = filter === undefined || conditionsOf(filter) !== undefined;
  const complete = conditions.filter(([, , values]) => values.length > 0);
  const apply = () => {
    const [first, ...others] = complete;
    if (!first) return;
    const next: Filter = others.length === 0 ? first : ['or', complete];
    const { filters } = view.value;
    if (filter) show({ filters: replaced(filters, filter, next) });
    else if (!has(filters, next)) show({ filters: toggled(filters, next) });
    onClose();
  };
  return (
    <Modal title={filter ? 'Edit filter' : 'Add filter'} onClose={onClose}>
      {isReadable ? (
        <form
          class="filter-form"
          onSubmit={(event) => {
            event.preventDefault();
            apply();
          }}
        >
          {conditions.map((condition, at) => (
            <fieldset key={at}>
              <legend class={at === 0 ? 'hidden' : ''}>{at === 0 ? 'Condition' : 'or'}</legend>
              <ConditionFields
                condition={condition}
                onChange={(next) =>
                  setConditions(conditions.map((each, place) => (place === at ? next : each)))
                }
              />
            </fieldset>
          ))}
          <div class="form-end">
            <button
              type="button"
              class="quiet"
              disabled={conditions.length === MOST}
              onClick={() => setConditions([...conditions, EMPTY])}
            >
              <Icon name="plus" /> Or
            </button>
            <button type="submit" class="primary">
              Apply
            </button>
          </div>
        </form>
      ) : (
        <div class="modal-body">
          <p>This form cannot edit this filter. It is in the address of the page, as JSON:</p>
          <pre>
            <code>{JSON.stringify(filter, undefined, 1)}</code>
          </pre>
        </div>
      )}
    </Modal>
  );
}

/** The conditions of which one must hold; undefined if a filter is anything else. */
function conditionsOf(filter: Filter | undefined): readonly TextFilter[] | undefined {
  if (filter === undefined) return undefined;
  if (isTextFilter(filter)) return [filter];
  if (filter[0] !== 'or') return undefined;
  const conditions = filter[1].filter(isTextFilter);
  return conditions.length === filter[1].length && conditions.length <= MOST ? conditions : undefined;
}
