-- Removals that an earlier run started: the engine continues them by itself.
SELECT latest_fail_reason AS trouble
FROM {{system:mutations}}
WHERE database = {{database}} AND table = '{{local:hits}}' AND NOT is_done
