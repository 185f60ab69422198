SELECT '{{by}}', site, toStartOfMonth(slot), {{value}} AS value, {{key}}, {{slot}} AS slot, count(), groupBitmapState({{cell}}),
    {{first}}, {{last}}, 0
FROM hits
WHERE {{which}} AND batch >= {{oldest}} AND NOT ({{covered}}) AND {{chosen}}
GROUP BY site, value, slot
