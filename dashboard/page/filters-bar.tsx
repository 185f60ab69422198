import { type Filter, filterText, shownPattern, toggled } from '../view/filter.ts';
import { show, toggleFilter, view } from './address.ts';
import { Icon } from './icon.tsx';
import { dimensionName, rankingOf, valueName } from './rankings.ts';

/** Active filters, which can be inverted or removed. */
export function FiltersBar() {
  const { filters } = view.value;
  if (filters.length === 0) return null;
  return (
    <section class="filters" aria-label="Filters">
      {filters.map((filter) => (
        <Chip key={filterText(filter)} filter={filter} />
      ))}
      {filters.length > 1 && (
        <button type="button" class="quiet" onClick={() => show({ filters: [] })}>
          Clear all
        </button>
      )}
    </section>
  );
}

function Chip({ filter }: { readonly filter: Filter }) {
  const { dimension, negated } = filter;
  const value = valueName(rankingOf(dimension), shownPattern(filter));
  const said = negated ? 'is not' : 'is';
  const turn = negated ? 'Include instead' : 'Exclude instead';
  const turned = { ...filter, negated: !negated };
  return (
    <span class="chip">
      {dimensionName(dimension)}{' '}
      <button
        type="button"
        aria-label={`${dimensionName(dimension)} ${said} ${value}: ${turn}`}
        title={turn}
        onClick={() => show({ filters: toggled(toggled(view.value.filters, filter), turned) })}
      >
        {said}
      </button>{' '}
      <bdi title={value}>{value}</bdi>
      <button
        type="button"
        class="quiet"
        aria-label={`Remove the filter ${dimensionName(dimension)} ${said} ${value}`}
        onClick={() => toggleFilter(filter)}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}
