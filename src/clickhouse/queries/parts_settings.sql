-- The settings of the table of hits, as text.
SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'hits'
