import type { Answer } from '../api/answers.ts';
import { Answered } from '../page/answered.tsx';
import { format } from '../page/preferences.ts';
import { Facts, Section } from './section.tsx';
import type { ServerSettings } from './settings-types.ts';

/** The server's health and versions. */
export function Health({ settings }: { readonly settings: Answer<ServerSettings> }) {
  return (
    <Section id="health" name="Health">
      <Answered answer={settings}>
        {(server) => (
          <Facts
            facts={[
              [
                'State',
                server.ready.status === 'ready' ? <span class="ready">Ready</span> : server.ready.status,
              ],
              ['Uptime', format.duration(server.uptime_seconds)],
              ['Version', server.version],
              ['Trackers', server.trackers.join(', ')],
              ['Store', server.store ?? 'none'],
              ['Live counts', server.live ?? 'none'],
              ['Peers', server.peers === 0 ? 'none' : format.whole(server.peers)],
              ['Durability', server.durability],
              ['Rate limit per address', server.rate_limit],
              [
                'Hits waiting for the store',
                server.spool
                  ? `${format.bytes(server.spool.bytes)} of ${format.bytes(server.spool.max)}`
                  : 'none',
              ],
            ]}
          />
        )}
      </Answered>
    </Section>
  );
}
