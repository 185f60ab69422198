import { useEffect, useState } from 'preact/hooks';
import { ALERTS_PATH, type Alert, type AlertsAnswer } from '../api/alert-answer.ts';
import { ApiError, request } from '../api/api.ts';
import { alertName } from './alert-name.ts';
import { format } from './preferences.ts';

/** Milliseconds between two looks: the server checks every 5 s, also when no hits arrive. */
const LOOK_MS = 10_000;

/** The alerts that are active, of one site or all. Only administrators may see them. @param site '' for all sites */
export function ActiveAlerts({ site }: { readonly site: string }) {
  const [alerts, setAlerts] = useState<readonly Alert[]>([]);
  useEffect(() => {
    const closing = new AbortController();
    const look = async () => {
      if (document.hidden) return;
      try {
        setAlerts((await request<AlertsAnswer>(ALERTS_PATH, { signal: closing.signal })).alerts);
      } catch (error) {
        // The server is away, as the page says, or keeps no windows.
        if (!(error instanceof ApiError) && !closing.signal.aborted) throw error;
      }
    };
    void look();
    const timer = setInterval(look, LOOK_MS);
    return () => {
      clearInterval(timer);
      closing.abort();
    };
  }, []);
  const active = alerts.filter(
    (alert) => alert.fired_at !== null && (site === '' || alert.site === null || alert.site === site),
  );
  return (
    <div role="status">
      {active.length > 0 && (
        <ul class="active-alerts" aria-label="Active alerts">
          {active.map((alert) => (
            <li key={alert.id}>
              <b>{alertName(alert)}</b> since {format.moment(alert.fired_at!)}
              {alert.count !== null && `: ${format.whole(alert.count)} now`}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
