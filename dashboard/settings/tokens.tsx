import { useState } from 'preact/hooks';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';
import { Answered } from '../page/answered.tsx';
import { format } from '../page/preferences.ts';
import { Section } from './section.tsx';
import type { Scope, Token } from './settings-types.ts';
import { CopyButton } from './snippet-box.tsx';

const SCOPES: Readonly<Record<Scope, string>> = {
  read: 'Reads statistics',
  write: 'Sends hits',
  peer: 'Another node',
};
const PATH = '/api/v1/tokens';
const LONGEST_NAME = 100;

/** API tokens: created, shown once, revoked. */
export function Tokens() {
  const answer = useAnswer<{ tokens: readonly Token[] }>(PATH);
  return (
    <Section
      id="tokens"
      name="Tokens"
      about="Programs send a token as “Authorization: Bearer …”. Each token has one scope and may be limited to sites."
    >
      <Answered answer={answer}>
        {({ tokens }) => (
          <ul class="list">
            {tokens.map((token) => (
              <TokenLine key={token.id} token={token} />
            ))}
            {tokens.length === 0 && <li class="quiet-text">No tokens yet.</li>}
          </ul>
        )}
      </Answered>
      <NewToken />
    </Section>
  );
}

function TokenLine({ token: { id, name, scope, sites, created, used } }: { readonly token: Token }) {
  const [isSure, setSure] = useState(false);
  const { isBusy, fault, run } = useChange();
  return (
    <li class="line">
      <div class="line-head">
        <div>
          <bdi class="line-name">{name}</bdi>
          <p class="quiet-text">
            {SCOPES[scope]} of <bdi>{sites === null ? 'all sites' : sites.join(', ')}</bdi>. Created{' '}
            {format.moment(created)}, {used === null ? 'never used' : `last used ${format.moment(used)}`}
          </p>
        </div>
        <button
          type="button"
          class={isSure ? 'danger' : 'quiet'}
          disabled={isBusy}
          onBlur={() => setSure(false)}
          onClick={() => {
            if (isSure) void run(`${PATH}/${encodeURIComponent(id)}`, { method: 'DELETE' });
            else setSure(true);
          }}
        >
          {isSure ? 'Revoke permanently' : 'Revoke'}
          <span class="hidden"> {name}</span>
        </button>
      </div>
      <Alert text={fault} />
    </li>
  );
}

function NewToken() {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<Scope>('read');
  const [sites, setSites] = useState('');
  const [made, setMade] = useState<string>();
  const { isBusy, fault, run } = useChange();
  return (
    <>
      <form
        class="new-token"
        onSubmit={async (event) => {
          event.preventDefault();
          const answer = await run<{ token: string }>(PATH, {
            method: 'POST',
            body: { name: name.trim(), scope, sites: sitesOf(sites) },
          });
          if (!answer) return;
          setMade(answer.token);
          setName('');
          setSites('');
        }}
      >
        <label>
          Name
          <input
            type="text"
            required
            maxLength={LONGEST_NAME}
            value={name}
            placeholder="reports"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <label>
          Scope
          <select value={scope} onChange={({ currentTarget }) => setScope(currentTarget.value as Scope)}>
            {Object.entries(SCOPES).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Limit to sites (optional)
          <input
            type="text"
            value={sites}
            placeholder="a.com, b.com"
            spellcheck={false}
            autocapitalize="off"
            onInput={({ currentTarget }) => setSites(currentTarget.value)}
          />
        </label>
        <button type="submit" class="control" disabled={isBusy || name.trim() === ''}>
          Create token
        </button>
      </form>
      <Alert text={fault} />
      {made !== undefined && (
        <div class="made" role="status">
          <p>Copy it now: it will not be shown again.</p>
          <code>{made}</code>
          <CopyButton text={made} />
        </div>
      )}
    </>
  );
}

/** The sites in a text; null for all. The server rejects an empty list, as from a text of separators only. */
function sitesOf(text: string): readonly string[] | null {
  return text.trim() === '' ? null : text.split(/[\s,]+/).filter((site) => site !== '');
}
