-- Adds hits to the visits, as one part with the watermarks of this step: all of it is there or none.
--
-- Each hit is a visit of one hit, each stored visit that they may touch is another; those of a visitor without a silence of
-- 30 minutes between them become one. `boundaries` are the times at which a visitor's visits begin, except the first, so that
-- a visitor with one visit, as most are, needs no join. A visit's first and last hits are found by (time, batch, position)
-- as one number; stored visits need no position, as a step has all hits of a batch. Engagement signals extend a visit, but
-- do not begin it: `reach` is where it begins with them.
-- The values of a visit's first hit are one text until it is known which hit is the first: a state for each of twenty columns of
-- each visit would take twice the memory, and a third more processor time.
-- Each row of a step has a key of its own, so the engine need not look for equal ones (optimize_on_insert).
-- A stored visit that starts where its visit starts now is replaced by a row with the next version; otherwise it is marked
-- as deleted.
-- `insert_deduplicate`: see `watermarks.ts`.
INSERT INTO {{into:visits}} ({{columns}}, version, deleted)
SETTINGS
    {{one_block}},
    optimize_on_insert = 0,
    insert_deduplicate = {{insert_deduplicate}}
SELECT site, fromUnixTimestamp64Milli(key, 'UTC') AS start, {{columns_after_start}}, version, is_gone
FROM
(
    SELECT any(h.site) AS site, h.visitor AS visitor, max(h.finish_ms) AS finish_ms,
        if(hits = 0, min(h.start_ms), minIf(h.start_ms, h.hits > 0)) AS began,
        arraySort(groupArrayArray(h.leads)) AS signals,
        arrayFilter(signal -> hits = 0 OR toInt64(bitShiftRight(signal, 8)) < began, signals) AS leads,
        if(hits = 0, toUInt64(0), toUInt64(bitAnd(bitShiftRight(min(first), 22), 18446744073709551615))) AS batch,
        if(max(last) = 0, 0, finish_ms - toInt64(bitShiftRight(max(last), 86))) AS exit_lag,
        toUInt64(bitAnd(bitShiftRight(max(last), 22), 18446744073709551615)) AS exit_batch,
        if(max(last) = 0, '', argMax(h.exit_page, last)) AS exit_page, {{first_values}},
        sum(h.pageviews) AS pageviews, sum(h.events) AS events, sum(h.interactive_events) AS interactive_events, sum(h.hits) AS hits,
        greatest(max(h.scroll), arrayMax(arrayPushBack(arrayMap(signal -> toInt8(toInt16(bitAnd(signal, 255)) - 1), arrayFilter(signal -> hits > 0 AND toInt64(bitShiftRight(signal, 8)) >= began, signals)), toInt8(-1)))) AS scroll,
        max(h.version) + 1 AS version,
        arrayConcat([(began, 0)],
            arrayMap(old -> (old, 1), arrayFilter(old -> old != began, groupArrayIf(h.start_ms, h.version > 0)))) AS keys
    FROM
    (
        SELECT cityHash64(site) AS site_hash, site, visitor, toUnixTimestamp64Milli(time) AS start_ms, start_ms AS finish_ms,
            start_ms AS reach, path AS exit_page, bot != '' AS is_bot, {{first_hit}} AS first_hit,
            toUInt32(name = 'pageview') AS pageviews, toUInt32(name != 'pageview' AND NOT {{signal}} AND NOT {{request}}) AS events,
            toUInt32(name != 'pageview' AND NOT {{signal}} AND NOT {{request}} AND interactive != 0) AS interactive_events,
            toUInt32(NOT {{signal}}) AS hits, toInt8(-1) AS scroll,
            if({{signal}}, [bitShiftLeft(toUInt64(start_ms), 8) + toUInt64(hits.scroll + 1)], emptyArrayUInt64()) AS leads, toUInt64(0) AS version,
            bitShiftLeft(toUInt128(start_ms), 86) + bitShiftLeft(toUInt128(batch), 22) + least(position, 4194303) AS order,
            if({{signal}}, {{never}}, order) AS first, if(name = 'pageview', order, toUInt128(0)) AS last
        FROM hits
        WHERE {{scope}}
        UNION ALL
        SELECT cityHash64(site) AS site_hash, site, visitor, toUnixTimestamp64Milli(v.start) AS start_ms,
            start_ms + v.duration AS finish_ms, {{reach}} AS reach, v.exit_page, bot != '' AS is_bot, {{first_hit_of_visit}} AS first_hit,
            v.pageviews, v.events, v.interactive_events, v.hits, v.scroll, v.leads, v.version,
            bitShiftLeft(toUInt128(start_ms), 86) + bitShiftLeft(toUInt128(v.batch), 22) AS order,
            if(v.hits = 0, {{never}}, order) AS first,
            if(v.exit_batch = 0, toUInt128(0), bitShiftLeft(toUInt128(finish_ms - v.exit_lag), 86)
                + bitShiftLeft(toUInt128(v.exit_batch), 22)) AS last
        FROM visits AS v FINAL
        WHERE {{touched}}
    ) AS h
    ASOF LEFT JOIN
    (
        SELECT site_hash, visitor, is_bot, arrayJoin(boundaries) AS boundary
        FROM
        (
            -- A point is a time and what happens there: 0 a visit begins, 1 a hit, 2 a visit ends. Within a visit no silence counts.
            SELECT site_hash, visitor, is_bot, arraySort(groupArray(point)) AS points,
                arrayMap(point -> toInt64(bitShiftRight(point, 2)), points) AS times,
                arrayCumSum(arrayMap(point -> 1 - toInt64(bitAnd(point, 3)), points)) AS open,
                arrayFilter((time, silence, open_before) -> silence >= 1800000 AND open_before = 0,
                    times, arrayDifference(times), arrayPopBack(arrayPushFront(open, 1))) AS boundaries
            FROM
            (
                SELECT cityHash64(site) AS site_hash, visitor, bot != '' AS is_bot, toUInt64(toUnixTimestamp64Milli(time)) * 4 + 1 AS point
                FROM hits
                WHERE {{scope}}
                UNION ALL
                SELECT cityHash64(site) AS site_hash, visitor, bot != '' AS is_bot,
                    arrayJoin([toUInt64({{reach}}) * 4, (toUInt64(toUnixTimestamp64Milli(v.start)) + v.duration) * 4 + 2]) AS point
                FROM visits AS v FINAL
                WHERE {{touched}}
            )
            GROUP BY site_hash, visitor, is_bot
            HAVING notEmpty(boundaries)
        )
    ) AS b ON h.site_hash = b.site_hash AND h.visitor = b.visitor AND h.is_bot = b.is_bot AND h.reach >= b.boundary
    GROUP BY h.site_hash, h.visitor, h.is_bot, b.boundary
    HAVING min(h.version) = 0
)
ARRAY JOIN keys.1 AS key, keys.2 AS is_gone
UNION ALL
SELECT '', toDateTime64(0, 3, 'UTC'), toUInt64(mark.1), {{no_values}}, mark.2, 0
FROM (SELECT arrayJoin({{watermarks}}) AS mark)
