import { useAnswer } from '../api/answers.ts';
import { signOut } from '../api/session.ts';
import { homeAddress } from '../page/address.ts';
import { ThemeButton } from '../page/header.tsx';
import { Icon } from '../page/icon.tsx';
import { Link } from '../page/link.tsx';
import { Alerts } from './alerts.tsx';
import { Health } from './health.tsx';
import { Privacy } from './privacy.tsx';
import { Retention } from './retention.tsx';
import type { ServerSettings } from './settings-types.ts';
import { Sites } from './sites.tsx';
import { StorageUse } from './storage-use.tsx';
import { Tokens } from './tokens.tsx';

const SECTIONS = [
  ['sites', 'Sites'],
  ['tokens', 'Tokens'],
  ['alerts', 'Alerts'],
  ['retention', 'Retention'],
  ['privacy', 'Privacy'],
  ['storage', 'Storage'],
  ['health', 'Health'],
] as const;

/** The server's settings, and those that can be changed here. */
export function Settings() {
  const settings = useAnswer<ServerSettings>('/api/v1/settings');
  return (
    <>
      <header class="top narrow">
        <Link to={homeAddress()} class="quiet">
          <Icon name="left" /> Dashboard
        </Link>
        <div class="spring" />
        <ThemeButton />
        <button type="button" class="quiet" onClick={() => void signOut()}>
          Sign out
        </button>
      </header>
      <main class="page settings">
        <nav aria-label="Settings">
          <h1>Settings</h1>
          {SECTIONS.map(([id, name]) => (
            <a key={id} href={`#${id}`}>
              {name}
            </a>
          ))}
        </nav>
        <div class="sections">
          <Sites />
          <Tokens />
          <Alerts />
          <Retention settings={settings} />
          <Privacy settings={settings} />
          <StorageUse />
          <Health settings={settings} />
        </div>
      </main>
    </>
  );
}
