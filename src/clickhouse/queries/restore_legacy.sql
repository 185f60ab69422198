-- Restores hits of a log chunk that a version without a ledger imported, and that were purged since. No batch tells which of
-- them are gone, so each UTC day of a site is checked by itself, because a purge deletes all of its hits: they are restored
-- if one of them is missing, and the day lacks as many as the rollups had counted.
INSERT INTO {{into:hits}} ({{columns}}, batch, position)
SETTINGS
    insert_deduplicate = 0,
    {{one_block}},
    max_partitions_per_insert_block = 0
WITH
    (SELECT mapFromArrays(groupArray(site), groupArray(before)) FROM (SELECT toString(site) AS site, max(h.before) AS before FROM horizons AS h WHERE kind = 'hits' GROUP BY site)) AS hits_from,
    (SELECT mapFromArrays(groupArray(site), groupArray(before)) FROM (SELECT toString(site) AS site, max(h.before) AS before FROM horizons AS h WHERE kind = 'rollups' GROUP BY site)) AS rollups_from,
    (SELECT mapFromArrays(groupArray(w.writer), groupArray(w.last)) FROM {{rollup_writers}} AS w) AS watermarks,
    lacking AS
    (
        SELECT site, day, sum(came) - sum(kept) AS hits
        FROM
        (
            SELECT toString(site) AS site, toDate(slot, 'UTC') AS day, sum(r.hits) AS came, 0 AS kept
            FROM rollups AS r
            WHERE by IN ('day', 'bot') AND slot < hits_from[toString(site)]
            GROUP BY site, day
            UNION ALL
            SELECT toString(site) AS site, toDate(time, 'UTC') AS day, 0 AS came, count() AS kept
            FROM hits
            WHERE time < hits_from[toString(site)] AND batch <= watermarks[bitAnd(batch, 4194303)] AND {{counted}}
            GROUP BY site, day
        )
        GROUP BY site, day
        HAVING hits > 0
    )
SELECT {{values}}, {{batch}}, piece.row
FROM
(
    SELECT *, toDate(time, 'UTC') AS day, count() OVER (PARTITION BY site, day) AS own,
        countIf((site, time, visitor, path) NOT IN
        (
            SELECT toString(site), time, visitor, path
            FROM hits
            WHERE time < hits_from[toString(site)] AND bitAnd(batch, 4194303) != bitAnd({{batch}}, 4194303)
                AND (time < rollups_from[toString(site)] OR (toString(site), toDate(time, 'UTC')) IN (SELECT l.site, l.day FROM lacking AS l))
        )) OVER (PARTITION BY site, day) AS absent
    FROM {{numbered_rows}} AS r
    WHERE time < hits_from[site]
) AS piece
LEFT JOIN (SELECT site AS lacking_site, day AS lacking_day, hits AS lacking_hits FROM lacking) AS l
    ON piece.site = lacking_site AND piece.day = lacking_day
WHERE {{share}} AND absent > 0 AND (own <= lacking_hits OR time < rollups_from[piece.site])
