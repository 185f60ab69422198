import { useAlerts } from '../api/alerts.ts';
import { alertName } from './alert-name.ts';
import { format } from './preferences.ts';

/** The alerts that are active, of one site or all. Only administrators may see them. @param site '' for all sites */
export function ActiveAlerts({ site }: { readonly site: string }) {
  const { data } = useAlerts();
  const active = (data?.alerts ?? []).filter(
    (alert) => alert.fired_at !== null && (site === '' || alert.site === null || alert.site === site),
  );
  return (
    <div role="status">
      {active.length > 0 && (
        <ul class="active-alerts" aria-label="Active alerts">
          {active.map((alert) => (
            <li key={alert.id}>
              <b>{alertName(alert)}</b> since {format.moment(alert.fired_at!)}
              {/* Screen readers announce the alert, and not each count after it. */}
              {alert.count !== null && <span aria-live="off">: {format.whole(alert.count)} now</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
