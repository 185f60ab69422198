SELECT {{columns}}
FROM {{table}}
WHERE {{predicate}}
