import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';

interface TabsProps {
  /** Accessible name of the group. */
  readonly name: string;
  readonly tabs: readonly string[];
  readonly chosen: number;
  readonly onChoose: (tab: number) => void;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Tabs over a panel; arrow keys move between them. */
export function Tabs({ name, tabs, chosen, onChoose, tools, children }: TabsProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = (chosen + step + tabs.length) % tabs.length;
    onChoose(next);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[next]?.focus();
  };
  return (
    <>
      <div class="card-head">
        <div class="tabs" role="tablist" aria-label={name} ref={list}>
          {tabs.map((tab, index) => (
            <button
              type="button"
              key={tab}
              role="tab"
              id={`${id}-${index}`}
              aria-selected={index === chosen}
              aria-controls={`${id}-panel`}
              tabIndex={index === chosen ? 0 : -1}
              onClick={() => onChoose(index)}
              onKeyDown={onKeyDown}
            >
              {tab}
            </button>
          ))}
        </div>
        {tools}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} class="panel">
        {children}
      </div>
    </>
  );
}
