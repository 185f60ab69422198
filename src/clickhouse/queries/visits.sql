-- Visits by the interval in which they begin: how many, how many of one hit, and how long they were together. Hits of a
-- visitor belong to one visit until none came for 30 minutes. Only hits that are selected make visits, so that one which
-- began before the period begins anew with its first hit in it.
-- The times of a visitor as one array are cut in a third of the time of window functions, which sort all hits at once. What
-- is too much for memory waits on disk. Grouped by two numbers, which is faster than by a text and a number.
SELECT
    toUnixTimestamp64Milli(toDateTime64(
        dateTrunc({interval:String}, fromUnixTimestamp64Milli(visit[1]), {timezone:String}), 3, {timezone:String})) AS slot,
    count() AS visits,
    countIf(length(visit) = 1) AS bounces,
    sum(visit[-1] - visit[1]) AS duration
FROM
(
    SELECT arraySort(groupArray(toUnixTimestamp64Milli(time))) AS times
    FROM {{hits}}
    WHERE {{filter}}
    GROUP BY cityHash64(site), visitor
    SETTINGS max_bytes_before_external_group_by = 500000000
)
ARRAY JOIN arraySplit((time, silence) -> silence >= 1800000, times, arrayDifference(times)) AS visit
GROUP BY slot
