import { useState } from 'preact/hooks';
import { type Filter, filterText, oppositeOf, replaced } from '../view/filter.ts';
import { show, toggleFilter, view } from './address.ts';
import { filterName, filterPhrase } from './filter-name.ts';
import { Icon } from './icon.tsx';
import { IconButton } from './icon-button.tsx';
import { lazy } from './lazy.tsx';

const FilterDialog = lazy<{ filter?: Filter; onClose: () => void }>(() =>
  import('../filters/filter-dialog.tsx').then((module) => module.FilterDialog),
);
const SegmentsMenu = lazy(() => import('../filters/segments.tsx').then((module) => module.SegmentsMenu));

/** Filters of the view: added, changed, inverted, removed, and stored as segments. */
export function FiltersBar() {
  const { filters, site } = view.value;
  const [edited, setEdited] = useState<Filter | 'new'>();
  return (
    <section class="filters" aria-label="Filters">
      {filters.map((filter) => (
        <Chip key={filterText(filter)} filter={filter} onEdit={() => setEdited(filter)} />
      ))}
      <button type="button" class="quiet" onClick={() => setEdited('new')}>
        <Icon name="plus" /> Add filter
      </button>
      {site !== '' && <SegmentsMenu />}
      {filters.length > 1 && (
        <button type="button" class="quiet" onClick={() => show({ filters: [] })}>
          Clear all
        </button>
      )}
      {edited !== undefined && (
        <FilterDialog {...(edited !== 'new' && { filter: edited })} onClose={() => setEdited(undefined)} />
      )}
    </section>
  );
}

function Chip({ filter, onEdit }: { readonly filter: Filter; readonly onEdit: () => void }) {
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
