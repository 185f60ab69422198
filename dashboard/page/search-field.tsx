interface SearchProps {
  /** Accessible name. */
  readonly label: string;
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A field to search in what is shown. */
export function SearchField({ label, text, onChange }: SearchProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder="Search"
      value={text}
      onInput={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}
