import type { ComponentChildren } from 'preact';
import type { Answer } from '../api/answers.ts';
import { Fault } from '../page/fault.tsx';

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

/** Renders an answer once it has arrived. */
export function Answered<Result>({
  answer: { data, error },
  children,
}: {
  readonly answer: Answer<Result>;
  readonly children: (data: Result) => ComponentChildren;
}) {
  if (data !== undefined) return <>{children(data)}</>;
  return error ? <Fault error={error} /> : <div class="awaiting" aria-hidden="true" />;
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
