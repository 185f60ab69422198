import { useState } from 'preact/hooks';
import { type Filter, filterText } from '../view/filter.ts';
import { show, view } from './address.ts';
import type { ChipProps } from './chip.tsx';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';

const Chip = lazy<ChipProps>(() => import('./chip.tsx').then((module) => module.Chip));
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
