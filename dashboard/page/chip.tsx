import { type Filter, oppositeOf, replaced } from '../view/filter.ts';
import { show, toggleFilter, view } from './address.ts';
import { filterName, filterPhrase } from './filter-name.ts';
import { IconButton } from './icon-button.tsx';

export interface ChipProps {
  readonly filter: Filter;
  readonly onEdit: () => void;
}

/** A filter of the view: edited, inverted or removed by a click. */
export function Chip({ filter, onEdit }: ChipProps) {
  const { name, operator, values } = filterName(filter);
  const text = filterPhrase(filter);
  return (
    <span class="chip">
      <button
        type="button"
        class="plain chip-text"
        title={text}
        aria-label={`Edit filter ${text}`}
        onClick={onEdit}
      >
        {name} {operator} <bdi>{values}</bdi>
      </button>
      <IconButton
        icon="exclude"
        label={`Invert filter ${text}`}
        title="Exclude instead, or include again"
        onClick={() => show({ filters: replaced(view.value.filters, filter, oppositeOf(filter)) })}
      />
      <IconButton icon="close" label={`Remove filter ${text}`} onClick={() => toggleFilter(filter)} />
    </span>
  );
}
