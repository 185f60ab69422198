interface HeadProps {
  readonly column: string;
  readonly name: string;
  readonly sort: 'ascending' | 'descending' | 'none';
  readonly onSort: () => void;
}

/** The head of a column that a table can be sorted by. */
export function SortHead({ column, name, sort, onSort }: HeadProps) {
  return (
    <th scope="col" class={`of-${column}`} aria-sort={sort}>
      <button type="button" class="plain sort" onClick={onSort}>
        {name}
        {sort !== 'none' && <span aria-hidden="true">{sort === 'ascending' ? ' ↑' : ' ↓'}</span>}
      </button>
    </th>
  );
}
