-- Days with visits that begin less than 30 minutes after the visitor's previous visit ends, and the days of those previous visits;
-- and whether all of their hits are stored.
SELECT o.site AS site, toString(o.day) AS day, any(o.day >= toDate32(p.before)) AS is_known
FROM
(
    SELECT f.site AS site, toDate32(fromUnixTimestamp64Milli(arrayJoin([f.pair.1, f.pair.2]), 'UTC'), 'UTC') AS day
    FROM
    (
        SELECT any(s.site) AS site, arraySort(groupArray((s.reach, s.finish_ms))) AS spans,
            arrayJoin(arrayFilter((pair, ended) -> pair.2 - ended < 1800000,
                arrayZip(arrayPopBack(spans.1), arrayPopFront(spans.1)), arrayPopBack(spans.2))) AS pair
        FROM
        (
            SELECT toString(v.site) AS site, v.visitor AS visitor, v.bot != '' AS is_bot, toInt64({{reach}}) AS reach,
                toUnixTimestamp64Milli(v.finish) AS finish_ms
            FROM visits AS v FINAL
            WHERE v.site != ''
        ) AS s
        GROUP BY cityHash64(s.site), s.visitor, s.is_bot
        HAVING length(spans) > 1
        SETTINGS max_bytes_before_external_group_by = 500000000
    ) AS f
) AS o
LEFT JOIN
(
    SELECT toString(h.site) AS site, max(h.before) AS before
    FROM horizons AS h
    WHERE kind IN ('hits', 'visits')
    GROUP BY site
) AS p ON o.site = p.site
GROUP BY o.site, o.day
ORDER BY o.site, o.day
