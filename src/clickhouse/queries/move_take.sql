SELECT {{columns}}
FROM {{table}}
WHERE {{which}}
