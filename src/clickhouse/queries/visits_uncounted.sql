-- Hits of a site in a period that lie in no visit, of every visitor of a share. A visitor's hits are all in one share, so
-- what one statement adds is no visit to the next.
site = {{site}} AND time >= {{from}} AND time < {{until}} AND {{covered}} AND intHash64(visitor) % {{shares}} = {{share}}
    AND (visitor, bot != '', time) NOT IN (
        SELECT c.visitor, c.is_bot, c.moment
        FROM
        (
            SELECT visitor, bot != '' AS is_bot, time AS moment
            FROM hits
            WHERE site = {{site}} AND time >= {{from}} AND time < {{until}} AND intHash64(visitor) % {{shares}} = {{share}}
        ) AS c
        ASOF INNER JOIN
        (
            SELECT v.visitor AS visitor, v.bot != '' AS is_bot, fromUnixTimestamp64Milli({{reach}}, 'UTC') AS began, v.finish AS ended
            FROM visits AS v FINAL
            WHERE v.site = {{site}} AND v.finish >= {{from}} AND v.start <= {{until}} + INTERVAL 1 DAY AND intHash64(v.visitor) % {{shares}} = {{share}}
        ) AS k ON c.visitor = k.visitor AND c.is_bot = k.is_bot AND c.moment >= k.began
        WHERE c.moment <= k.ended
    )
