-- Properties that events have, those of most hits first.
SELECT arrayJoin(JSONExtractKeys(props)) AS key, count() AS hits
FROM {{hits}}
WHERE {{filter}} AND props != ''
GROUP BY key
ORDER BY hits DESC, key
LIMIT 100
