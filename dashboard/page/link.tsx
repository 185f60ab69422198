import type { ComponentChildren } from 'preact';
import { go } from './address.ts';

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  /** Accessible name, if it is not the content. */
  readonly label?: string;
  /** Whether it leads to what is shown. */
  readonly current?: boolean;
  readonly children: ComponentChildren;
}

/** A link within the dashboard, which does not load the page again. With a modifier key it opens a tab, as any link. */
export function Link({ to, class: name, label, current, children }: LinkProps) {
  return (
    <a
      class={name}
      href={to}
      aria-label={label}
      aria-current={current ? 'page' : undefined}
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
