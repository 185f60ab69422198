-- Hits of a day as sites have them, made inside the engine: visits of one hit or of several, half a minute apart, more of
-- them in the afternoon; half of the visitors new, the others from a pool of two million of whom some come often; pages,
-- referrers, countries and agents of which few are frequent; three sites, of 60, 30 and 10 per cent; three bots in a
-- hundred visitors; events, campaigns. The same numbers for the same day, always. A batch is what comes in ten minutes.
INSERT INTO hits (site, time, visitor, bot, path, name, source, referrer, utm_source, utm_medium, utm_campaign, country, browser, os,
    device, language, status, method, title, props, batch)
SELECT site, time, visitor, bot, path, name, source, referrer, utm_source, utm_medium, utm_campaign, country, browser, os,
    device, language, toUInt16(if(draw % 53 = 0, 404, 200)) AS status, 'GET' AS method, '' AS title, '' AS props,
    bitShiftLeft(toUInt64(intDiv(toUnixTimestamp64Milli(time), 600000) * 600000), 22) + 77 AS batch
FROM
(
    SELECT visit, arrayJoin(range(pages)) AS page,
        cityHash64('visit', {{day}}, visit) AS of_visit,
        cityHash64('page', {{day}}, visit, page) AS draw,
        if(of_visit % 100 < 55, cityHash64('new', {{day}}, visit),
            cityHash64('known', toUInt64(pow((intDiv(of_visit, 100) % 1000000) / 1000000, 2) * 2000000))) AS visitor,
        cityHash64('agent', visitor) AS agent,
        ['a.example', 'b.example', 'c.example'][1 + (visitor % 10 >= 6) + (visitor % 10 >= 9)] AS site,
        (intDiv(of_visit, 7) % 1000003) / 1000003 AS moment,
        {{day}} * 86400000 + toUInt64(85000000 * (moment + 0.0318 * (1 - cos(6.2831853 * moment)) * sin(6.2831853 * moment))) AS start,
        toDateTime64(least(start + page * (5000 + draw % 60000), ({{day}} + 1) * 86400000 - 1) / 1000, 3, 'UTC') AS time,
        if(agent % 100 < 3, ['Googlebot', 'bingbot', 'GPTBot', 'AhrefsBot'][1 + intDiv(agent, 128) % 4], '') AS bot,
        toUInt64(pow((draw % 1000000007) / 1000000007, 4) * {{paths}}) AS number,
        concat(['/blog/', '/docs/', '/product/', '/'][1 + number % 4],
            ['how-to-count', 'release-notes', 'getting-started', 'large-scale-report', 'pricing-and-plans'][1 + intDiv(number, 4) % 5],
            '-', toString(number)) AS path,
        if(intDiv(draw, 11) % 100 < 4, ['signup', 'download', 'outbound', 'scroll'][1 + intDiv(draw, 1100) % 4], 'pageview') AS name,
        if(page = 0 AND of_visit % 10 < 6, 1 + toUInt64(pow((intDiv(of_visit, 3) % 9973) / 9973, 3) * 3000), 0) AS referring,
        multiIf(referring = 0, '',
            referring < 200, ['Google', 'Bing', 'Hacker News', 'Reddit', 'DuckDuckGo'][1 + referring % 5],
            concat('site', toString(referring), '.example')) AS source,
        multiIf(referring = 0, '',
            referring < 200, ['https://www.google.com/', 'https://www.bing.com/', 'https://news.ycombinator.com/',
                'https://www.reddit.com/', 'https://duckduckgo.com/'][1 + referring % 5],
            concat('https://site', toString(referring), '.example/posts/', toString(of_visit % 7))) AS referrer,
        page = 0 AND intDiv(of_visit, 13) % 100 < 5 AS campaign,
        if(campaign, ['newsletter', 'twitter', 'ads'][1 + intDiv(of_visit, 1024) % 3], '') AS utm_source,
        if(campaign, ['email', 'social', 'cpc'][1 + intDiv(of_visit, 1024) % 3], '') AS utm_medium,
        if(campaign, concat('campaign-', toString({{day}} % 30)), '') AS utm_campaign,
        ['US', 'DE', 'GB', 'FR', 'IN', 'BR', 'JP', 'CA', 'NL', 'ES', 'IT', 'PL', 'AU', 'SE', 'CH', 'MX', 'KR', 'AT', 'BE',
            'CZ', 'PT', 'RO', 'ZA', 'AR', 'ID', 'TR', 'UA', 'DK', 'NO', 'FI']
            [1 + toUInt64(30 * pow((intDiv(agent, 100) % 10007) / 10007, 2.2))] AS country,
        intDiv(agent, 65536) % 100 AS share,
        multiIf(share < 62, 'Chrome', share < 80, 'Safari', share < 88, 'Firefox', share < 94, 'Edge',
            share < 97, 'Samsung Internet', 'Opera') AS browser,
        multiIf(share < 30, 'Windows', share < 58, 'Android', share < 62, 'Linux', share < 74, 'iOS', share < 80, 'macOS',
            'Windows') AS os,
        if(os IN ('Android', 'iOS'), 'mobile', 'desktop') AS device,
        multiIf(country IN ('DE', 'AT', 'CH'), 'de', country IN ('FR', 'BE'), 'fr', country = 'ES', 'es', country = 'BR', 'pt',
            country = 'JP', 'ja', 'en') AS language
    FROM
    (
        SELECT number AS visit, cityHash64('pages', {{day}}, number) AS luck,
            if(luck % 100 < 45, 1, 2 + toUInt32(least(40, -4.2 * log((1 + intDiv(luck, 100) % 999983) / 999984)))) AS pages
        FROM numbers({{visits}})
    )
)
