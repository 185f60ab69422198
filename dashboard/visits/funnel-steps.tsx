import { METRIC_WORDS } from '../page/metrics.ts';
import { format } from '../page/preferences.ts';
import { GapNotes } from './gap-notes.tsx';
import { stepName } from './step.ts';
import type { FunnelAnswer } from './visit-answers.ts';

const said = (value: number | null, say: (value: number) => string) => (value === null ? '–' : say(value));

/** Visitors at each step, and how many leave before it. */
export function FunnelSteps({
  answer,
  isStale,
}: {
  readonly answer: FunnelAnswer;
  readonly isStale: boolean;
}) {
  const { steps, query, meta, visitors } = answer;
  const first = steps[0]?.visitors ?? 0;
  const last = steps.at(-1);
  const { within } = query;
  const count = METRIC_WORDS.visitors.say;
  return (
    <div class={isStale ? 'stale' : ''} aria-busy={isStale}>
      <p class="quiet-text funnel-sum">
        {said(last?.conversion_rate ?? null, (rate) => format.percent(rate))} of{' '}
        {said(steps[0]?.visitors ?? null, (value) => format.count(value, 'visitor'))} completed all steps{' '}
        {within === 'visit' ? 'in one visit' : `within ${format.count(within.days, 'day')}`}.{' '}
        {visitors !== null && `${format.count(visitors, 'visitor')} in total.`}
      </p>
      <ol class="funnel-steps">
        {steps.map((step, at) => (
          <li key={at}>
            <span class="funnel-name">
              {at + 1}. <bdi>{stepName(query.steps[at]!)}</bdi>
            </span>
            <span class="funnel-bar">
              <span style={{ '--length': first > 0 ? (step.visitors ?? 0) / first : 0 }} />
            </span>
            <span class="number">
              {said(step.visitors, count)}
              <span class="hidden"> visitors</span>
            </span>
            <span class="number quiet-number">
              {said(step.conversion_rate, (rate) => format.percent(rate))}
            </span>
            <span class="number funnel-lost">
              {at > 0 && step.drop_off !== null && step.drop_off > 0
                ? `${count(step.drop_off)} dropped off (${said(step.drop_off_rate, (rate) => format.percent(rate))})`
                : ''}
            </span>
          </li>
        ))}
      </ol>
      <GapNotes notes={meta.notes} />
    </div>
  );
}
