-- Properties of events, those with the most hits first.
SELECT arrayJoin(JSONExtractKeys(props)) AS key, count() AS hits
FROM {{hits}}
WHERE {{filter}} AND props != ''
GROUP BY key
ORDER BY hits DESC, key
LIMIT 100
