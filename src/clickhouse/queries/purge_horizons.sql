-- The time up to which each site was purged.
SELECT site, kind, toUnixTimestamp(max(h.before)) AS seconds
FROM horizons AS h
GROUP BY site, kind
