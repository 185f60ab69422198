-- Deletes rollups whose hits are all there, and leftovers of an earlier attempt. The month of a site's retention cutoff is
-- rebuilt from its days.
ALTER TABLE {{local:rollups}} {{on_cluster}} DELETE WHERE by = 'hour'
    OR by != '@' AND toDateTime64(if(by = 'month', toLastDayOfMonth(slot), toDate(slot)), 3, 'UTC') >= {{convert_horizon}}
SETTINGS mutations_sync = {{mutations_sync}}
