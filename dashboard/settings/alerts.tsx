import { useId, useState } from 'preact/hooks';
import { ALERTS_PATH, useAlerts } from '../api/alerts.ts';
import type { Alert as AlertAnswer, SitesAnswer } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { useChange } from '../api/change.ts';
import { Alert } from '../page/alert.tsx';
import { alertName } from '../page/alert-name.ts';
import { Answered } from '../page/answered.tsx';
import { IconButton } from '../page/icon-button.tsx';
import { format } from '../page/preferences.ts';
import { siteOf } from '../text/snippet.ts';
import { Section } from './section.tsx';

const WINDOWS = [
  ['1m', 60],
  ['5m', 300],
  ['15m', 900],
  ['1h', 3600],
  ['24h', 86_400],
] as const;

/** Alerts on live counts, which of them are active, and a form for another one. */
export function Alerts() {
  const answer = useAlerts();
  const { isBusy, fault, run } = useChange();
  return (
    <Section
      id="alerts"
      name="Alerts"
      about="Active alerts are shown on the dashboard. When an alert fires or clears, it is logged and sent to the webhook, if one is set."
    >
      <Answered answer={answer}>
        {({ alerts, webhook }) => (
          <>
            <ul class="list">
              {alerts.map((alert) => (
                <li key={alert.id} class="line">
                  <div class="line-head">
                    <div>
                      <bdi class="line-name">{alertName(alert)}</bdi>
                      <p class="quiet-text">
                        {stateOf(alert)}
                        {alert.fixed && '. Set by --alert'}
                      </p>
                    </div>
                    {!alert.fixed && (
                      <IconButton
                        icon="close"
                        label={`Delete alert ${alertName(alert)}`}
                        disabled={isBusy}
                        onClick={() => void run(`${ALERTS_PATH}/${alert.id}`, { method: 'DELETE' })}
                      />
                    )}
                  </div>
                </li>
              ))}
              {alerts.length === 0 && <li class="quiet-text">No alerts yet.</li>}
            </ul>
            <NewAlert />
            {!webhook && (
              <p class="quiet-text">
                No webhook is set. To send alerts to one, start the server with --webhook.
              </p>
            )}
            <Alert text={fault} />
          </>
        )}
      </Answered>
    </Section>
  );
}

function stateOf({ fired_at, count }: AlertAnswer): string {
  if (fired_at === null && count === null) return 'Not checked yet';
  const state = fired_at === null ? 'Not active' : `Active since ${format.moment(fired_at)}`;
  return count === null ? state : `${state}: ${format.whole(count)} now`;
}

function NewAlert() {
  const [metric, setMetric] = useState('visitors');
  const [bound, setBound] = useState('>');
  const [count, setCount] = useState('');
  const [window, setWindow] = useState<string>('5m');
  const [site, setSite] = useState('');
  const { data } = useAnswer<SitesAnswer>('/api/v1/sites');
  const { isBusy, fault, run } = useChange();
  const id = useId();
  const host = site.trim() === '' ? '' : siteOf(site);
  return (
    <>
      <form
        class="new-token new-alert"
        aria-label="New alert"
        onSubmit={(event) => {
          event.preventDefault();
          if (host === undefined) return;
          const alert = `${metric} in ${window} ${bound} ${Number(count)}${host === '' ? '' : ` site ${host}`}`;
          void run(ALERTS_PATH, { method: 'POST', body: { alert } }).then(
            (made) => made !== undefined && setCount(''),
          );
        }}
      >
        <label>
          Condition
          <select value={bound} onChange={({ currentTarget }) => setBound(currentTarget.value)}>
            <option value=">">More than</option>
            <option value="<">Fewer than</option>
          </select>
        </label>
        <label>
          Number
          <input
            type="text"
            inputMode="numeric"
            pattern="\d{1,15}"
            title="A whole number, such as 1000"
            required
            value={count}
            onInput={({ currentTarget }) => setCount(currentTarget.value)}
          />
        </label>
        <label>
          Of
          <select value={metric} onChange={({ currentTarget }) => setMetric(currentTarget.value)}>
            <option value="visitors">visitors</option>
            <option value="hits">hits</option>
          </select>
        </label>
        <label>
          In the last
          <select value={window} onChange={({ currentTarget }) => setWindow(currentTarget.value)}>
            {WINDOWS.map(([value, seconds]) => (
              <option key={value} value={value}>
                {format.window(seconds)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Site (optional)
          <input
            type="text"
            list={id}
            value={site}
            placeholder="all sites"
            spellcheck={false}
            autocapitalize="off"
            onInput={({ currentTarget }) => setSite(currentTarget.value)}
          />
          <datalist id={id}>
            {data?.sites.map((each) => (
              <option key={each.site} value={each.site} />
            ))}
          </datalist>
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          Add alert
        </button>
      </form>
      <Alert text={fault ?? (host === undefined ? 'Enter a host name, such as example.com.' : undefined)} />
    </>
  );
}
