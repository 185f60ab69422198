import type { ComponentChildren } from 'preact';

interface SectionProps {
  readonly id: string;
  readonly name: string;
  /** A description in one sentence. */
  readonly about?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Section({ id, name, about, children }: SectionProps) {
  return (
    <section class="card section" id={id} aria-labelledby={`${id}-name`}>
      <h2 id={`${id}-name`}>{name}</h2>
      {about && <p class="quiet-text about">{about}</p>}
      {children}
    </section>
  );
}

/** Names and values. */
export function Facts({ facts }: { readonly facts: readonly (readonly [string, ComponentChildren])[] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
