-- The settings of the table of hits, as text.
SELECT engine_full FROM {{system:tables}} WHERE database = {{database}} AND name = 'hits'
