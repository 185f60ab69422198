INSERT INTO horizons (site, kind, before)
SELECT site, {kind:String}, toDateTime(seconds, 'UTC')
FROM (SELECT 1)
ARRAY JOIN {sites:Array(String)} AS site, {seconds:Array(UInt32)} AS seconds
