-- The visits of a site in a period, as a query without a table of visits has to make them: the hits of each visitor are sorted,
-- and split at gaps of 30 minutes. A visit that began before the period is cut at its edge.
SELECT
    bitXor(cityHash64(site), visitor) AS person,
    hits[1].1 AS start,
    hits[1].4 AS source,
    hits[1].5 AS country,
    arrayCount(hit -> hit.6 = 'pageview', hits) AS pageviews,
    arrayCount(hit -> hit.6 = 'signup', hits) AS signups,
    arrayFilter((path, hit) -> hit.6 = 'pageview', arrayMap(hit -> hit.7, hits), hits) AS paths
FROM
(
    SELECT site, visitor, arrayJoin(arraySplit((hit, gap) -> gap >= 1800000, sorted, gaps)) AS hits
    FROM
    (
        SELECT
            site, visitor,
            arraySort(groupArray((toUnixTimestamp64Milli(time), batch, position, source, country, name, path))) AS sorted,
            arrayDifference(arrayMap(hit -> hit.1, sorted)) AS gaps
        FROM hits
        WHERE site = 'a.example' AND bot = '' AND time >= fromUnixTimestamp64Milli({{from}}) AND time < fromUnixTimestamp64Milli({{to}})
        GROUP BY site, visitor
    )
)
