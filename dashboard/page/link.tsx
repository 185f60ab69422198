import type { ComponentChildren } from 'preact';
import { go } from './address.ts';

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  /** Accessible name, if it is not the content. */
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A link within the dashboard, which does not load the page again. Other buttons, and keys held, open tabs as always. */
export function Link({ to, class: name, label, children }: LinkProps) {
  return (
    <a
      class={name}
      href={to}
      aria-label={label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
