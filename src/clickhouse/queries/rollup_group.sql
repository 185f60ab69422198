SELECT '{{by}}', site, toStartOfMonth(slot), {{value}} AS value, {{key}}, {{slot}} AS slot, count(), {{visitors}},
    {{first}}, {{last}}, 0
FROM hits
WHERE {{people}} AND {{counts}} AND {{scope}}
GROUP BY site, value, slot
