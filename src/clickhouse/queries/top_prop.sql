-- Values of a property of events: strings as they are, others as JSON.
SELECT if(JSONType(props, {key:String}) = 'String', JSONExtractString(props, {key:String}), JSONExtractRaw(props, {key:String})) AS value,
    count() AS hits, uniqExact({{person}}) AS visitors
FROM {{hits}}
WHERE {{filter}} AND props != '' AND value != ''
GROUP BY value
ORDER BY hits DESC, value
LIMIT {limit:UInt32}
