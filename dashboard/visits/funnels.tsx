import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { visitsQuery } from '../api/queries.ts';
import { session } from '../api/session.ts';
import { show, view } from '../page/address.ts';
import { Alert } from '../page/alert.tsx';
import { Answered } from '../page/answered.tsx';
import { now } from '../page/clock.ts';
import { Fault } from '../page/fault.tsx';
import { Icon } from '../page/icon.tsx';
import { FunnelForm } from './funnel-form.tsx';
import { FunnelSteps } from './funnel-steps.tsx';
import type { Step } from './step.ts';
import type { FunnelAnswer } from './visit-answers.ts';

interface Stored {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly within: FunnelAnswer['query']['within'];
}

/** Where people leave on their way through several steps. The funnel is in the address. */
export function Funnels() {
  const { site, details } = view.value;
  const path = `/api/v1/sites/${encodeURIComponent(site)}/funnels`;
  const stored = useAnswer<{ funnels: readonly Stored[] }>(site === '' ? undefined : path);
  const change = useChange();
  const [removed, setRemoved] = useState<string>();
  const funnels = (stored.data?.funnels ?? []).filter(
    (funnel) => funnel.name !== removed || change.fault !== undefined,
  );
  const steps = readSteps(details.steps);
  // Without one in the address, the first.
  const name = details.funnel ?? (steps ? undefined : funnels[0]?.name);
  const [isNew, setNew] = useState(false);
  const select = (funnel: string) => {
    setNew(false);
    setRemoved(undefined);
    show({ details: { funnel } });
  };
  return (
    <>
      <fieldset class="chips">
        <legend class="hidden">Stored funnels</legend>
        {funnels.map((funnel) => (
          <button
            type="button"
            key={funnel.name}
            class="control"
            aria-pressed={funnel.name === name}
            onClick={() => select(funnel.name)}
          >
            <bdi>{funnel.name}</bdi>
          </button>
        ))}
        <button type="button" class="quiet" onClick={() => setNew(true)}>
          <Icon name="plus" /> New funnel
        </button>
      </fieldset>
      {name !== undefined ? (
        <Result key={name} members={{ funnel: name }} name={name}>
          {session.value?.admin && (
            <button
              type="button"
              class="quiet"
              disabled={change.isBusy}
              onClick={() => {
                // It is not queried while it is being deleted.
                setRemoved(name);
                show({ details: {} });
                void change.run(`${path}/${encodeURIComponent(name)}`, { method: 'DELETE' });
              }}
            >
              Delete
            </button>
          )}
        </Result>
      ) : (
        steps && <Result members={{ steps, within: details.within ?? 'visit' }} name="New funnel" />
      )}
      {(isNew || steps || (name === undefined && !stored.isLoading)) && (
        <FunnelForm
          key={details.steps ?? ''}
          path={site === '' ? undefined : path}
          steps={steps}
          within={details.within ?? 'visit'}
          onSaved={select}
        />
      )}
      <Alert text={change.fault} />
      {stored.error && <Fault error={stored.error} />}
    </>
  );
}

interface ResultProps {
  readonly name: string;
  readonly members: Readonly<Record<string, unknown>>;
  readonly children?: ComponentChildren;
}

function Result({ name, members, children }: ResultProps) {
  const answer = useAnswer<FunnelAnswer>(visitsQuery('funnel', view.value, now.value, members));
  return (
    <section class="card funnel" aria-label={name}>
      <div class="section-head">
        <h2>
          <bdi>{name}</bdi>
        </h2>
        {children}
      </div>
      <Answered answer={answer}>
        {(data) => <FunnelSteps answer={data} isStale={answer.isLoading} />}
      </Answered>
    </section>
  );
}

/** Steps in an address: JSON. Invalid ones are ignored, and the server checks what they mean. */
function readSteps(text: string | undefined): readonly Step[] | undefined {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isSteps =
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((each) => typeof each === 'string' || (typeof each === 'object' && each !== null));
    return isSteps ? (value as Step[]) : undefined;
  } catch {
    return undefined;
  }
}
