import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export interface Choice<Value> {
  readonly value: Value;
  readonly label: ComponentChildren;
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
  readonly children?: ComponentChildren;
  readonly isQuiet?: boolean;
}

/** A button that opens a list to select from. */
export function Menu<Value>({ name, label, choices, chosen, onChoose, children, isQuiet }: MenuProps<Value>) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const items = () => [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    const list = items();
    (list.find((item) => item.getAttribute('aria-checked') === 'true') ?? list[0])?.focus();
    const outside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [isOpen]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return;
    const list = items();
    const at = list.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (next !== undefined) list.at(next % list.length)?.focus();
    else if (event.key === 'Escape') close();
    else if (event.key === 'Tab') setOpen(false);
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
        <div class="menu-list" role="menu" tabIndex={-1} aria-label={name} onKeyDown={onKeyDown}>
          {choices.map((choice) => (
            <button
              type="button"
              key={String(choice.value)}
              role="menuitemradio"
              aria-checked={choice.value === chosen}
              class={choice.parted ? 'parted' : ''}
              tabIndex={-1}
              onClick={() => {
                close();
                onChoose(choice.value);
              }}
            >
              <span>{choice.label}</span>
              {choice.shortcut && (
                <span class="key-cap" aria-hidden="true">
                  {choice.shortcut}
                </span>
              )}
            </button>
          ))}
          {children}
        </div>
      )}
    </div>
  );
}

function Chevron() {
  return (
    <svg class="chevron" viewBox="0 0 10 6" aria-hidden="true">
      <path d="M1 1l4 4 4-4" />
    </svg>
  );
}
