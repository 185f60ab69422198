import type { Answer } from '../api/answers.ts';
import { Answered } from '../page/answered.tsx';
import { format } from '../page/preferences.ts';
import { Facts, Section } from './section.tsx';
import type { ServerSettings } from './settings-types.ts';

const IDENTITIES: Readonly<Record<string, string>> = {
  cookie: 'By a signed first-party cookie; without one, by a hash of address and browser that changes daily',
  cookieless: 'By a hash of address and browser that changes daily; no cookie is set',
};

/** How visitors are identified, and what is stored for that. */
export function Privacy({ settings }: { readonly settings: Answer<ServerSettings> }) {
  return (
    <Section
      id="privacy"
      name="Privacy"
      about="No IP addresses are stored. Hashes use a new salt each day, and old salts are destroyed."
    >
      <Answered answer={settings}>
        {({ identity, salts, trust_proxy }) => (
          <Facts
            facts={[
              ['Visitors', IDENTITIES[identity] ?? identity],
              ['Active salts', salts.map(({ day }) => format.date(day)).join(', ') || 'none yet'],
              ['Trusted proxies', trust_proxy],
            ]}
          />
        )}
      </Answered>
    </Section>
  );
}
