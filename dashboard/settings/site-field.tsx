import { useId, useState } from 'preact/hooks';
import { siteOf } from '../text/snippet.ts';

interface SiteFieldProps {
  readonly label: string;
  /** Called with the host name of what is typed; undefined if it has none. */
  readonly onChange: (site: string | undefined) => void;
  readonly initial: string;
}

/** A field for a site, by its host name or the address of any of its pages. */
export function SiteField({ label, initial, onChange }: SiteFieldProps) {
  const [text, setText] = useState(initial);
  const id = useId();
  const isWrong = text.trim() !== '' && siteOf(text) === undefined;
  return (
    <>
      <label>
        {label}
        <input
          type="text"
          value={text}
          placeholder="example.com"
          spellcheck={false}
          autocapitalize="off"
          aria-invalid={isWrong}
          aria-describedby={id}
          onInput={({ currentTarget: { value } }) => {
            setText(value);
            onChange(siteOf(value));
          }}
        />
      </label>
      <p id={id} role="status" class="wrong">
        {isWrong && 'Enter a host name, such as example.com.'}
      </p>
    </>
  );
}
