import type { Answer } from '../api/answers.ts';
import { Answered } from '../page/answered.tsx';
import { Facts, Section } from './section.tsx';
import type { ServerSettings } from './settings-types.ts';

/** How long hits and counts are kept. */
export function Retention({ settings }: { readonly settings: Answer<ServerSettings> }) {
  return (
    <Section
      id="retention"
      name="Retention"
      about={
        <>
          Hits are kept forever unless <code>--keep-hits</code> sets an age: older hits are deleted each day,
          and their daily counts and visits are kept according to <code>--keep-rollups</code> and{' '}
          <code>--keep-visits</code>.
        </>
      }
    >
      <Answered answer={settings}>
        {({ retention }) => (
          <Facts
            facts={[
              ...retention.hits.map(
                ({ site, age }) => [site === null ? 'Hits' : `Hits of ${site}`, ageName(age)] as const,
              ),
              ...retention.rollups.map(
                ({ site, age }) =>
                  [site === null ? 'Daily counts' : `Daily counts of ${site}`, ageName(age)] as const,
              ),
              ...retention.visits.map(
                ({ site, age }) => [site === null ? 'Visits' : `Visits of ${site}`, ageName(age)] as const,
              ),
              ...(retention.exceptions ?? []).map(
                ({ site }) => [site, 'exempt from purges, by import --keep'] as const,
              ),
            ]}
          />
        )}
      </Answered>
    </Section>
  );
}

function ageName(age: string): string {
  return age === 'forever' ? 'kept forever' : age.replace(/^(\d+)d$/, '$1 days');
}
