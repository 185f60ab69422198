transform(toString(site),
    (SELECT groupArray(toString(h.site)) FROM (SELECT site, max(before) AS until FROM horizons WHERE kind = 'hits' GROUP BY site) AS h),
    (SELECT groupArray(toDateTime64(h.until, 3, 'UTC')) FROM (SELECT site, max(before) AS until FROM horizons WHERE kind = 'hits' GROUP BY site) AS h),
    toDateTime64(0, 3, 'UTC'))
