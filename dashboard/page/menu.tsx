import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** A menu with more choices than this has a search field, if their texts are known. */
const MOST_UNSEARCHED = 8;

export interface Choice<Value> {
  readonly value: Value;
  readonly label: ComponentChildren;
  /** What a search finds it by. */
  readonly text?: string;
  /** Shortcut that selects it anywhere on the page. */
  readonly shortcut?: string;
  /** Whether a separator precedes it. */
  readonly parted?: boolean;
}

interface MenuProps<Value> {
  /** Accessible name of what is selected here. */
  readonly name: string;
  readonly label: ComponentChildren;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: Value | undefined;
  readonly onChoose: (value: Value) => void;
  readonly isQuiet?: boolean;
}

/** A button that opens a list to select from. */
export function Menu<Value>({ name, label, choices, chosen, onChoose, isQuiet }: MenuProps<Value>) {
  const [isOpen, setOpen] = useState(false);
  const [wanted, setWanted] = useState('');
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const isSearched = choices.filter(({ text }) => text !== undefined).length > MOST_UNSEARCHED;
  const found = matching(choices, wanted);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  const choose = (value: Value) => {
    close();
    onChoose(value);
  };
  // Before the next key.
  useLayoutEffect(() => {
    if (!isOpen) return;
    setWanted('');
    const list = items();
    const search = root.current?.querySelector<HTMLElement>('input');
    (search ?? list.find((item) => item.getAttribute('aria-checked') === 'true') ?? list[0])?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    const list = items();
    const isTyping = event.target instanceof HTMLInputElement;
    const at = list.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: Math.max(at, 0) - 1, ...(!isTyping && { Home: 0, End: -1 }) }[
      event.key
    ];
    const first = found[0];
    if (next !== undefined) list.at(next % list.length)?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
    else if (event.key === 'Enter' && isTyping && first) choose(first.value);
    else return;
    event.stopPropagation();
    if (event.key !== 'Tab') event.preventDefault();
  };
  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        onKeyDown={onKeyDown}
        ref={button}
        class={isQuiet ? 'quiet' : 'control'}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={name}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
        <Chevron />
      </button>
      {isOpen && (
        <div class="menu-list">
          {isSearched && (
            <input
              type="search"
              placeholder="Search"
              aria-label="Search"
              value={wanted}
              onKeyDown={onKeyDown}
              onInput={({ currentTarget }) => setWanted(currentTarget.value)}
            />
          )}
          <div role="menu" tabIndex={-1} aria-label={name} onKeyDown={onKeyDown}>
            {found.map((choice) => (
              <button
                type="button"
                key={String(choice.value)}
                role="menuitemradio"
                aria-checked={choice.value === chosen}
                class={choice.parted && wanted === '' ? 'parted' : ''}
                tabIndex={-1}
                onClick={() => choose(choice.value)}
              >
                <span>{choice.label}</span>
                {choice.shortcut && (
                  <span class="key-cap" aria-hidden="true">
                    {choice.shortcut}
                  </span>
                )}
              </button>
            ))}
          </div>
          {found.length === 0 && <p class="quiet-text no-match">No matches.</p>}
        </div>
      )}
    </div>
  );
}

function matching<Value>(choices: readonly Choice<Value>[], wanted: string): readonly Choice<Value>[] {
  const text = wanted.trim().toLowerCase();
  return text === '' ? choices : choices.filter((choice) => choice.text?.toLowerCase().includes(text));
}

function Chevron() {
  return (
    <svg class="chevron" viewBox="0 0 10 6" aria-hidden="true">
      <path d="M1 1l4 4 4-4" />
    </svg>
  );
}
