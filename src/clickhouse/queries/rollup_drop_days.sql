-- Rollups of some days of sites, and of their months.
ALTER TABLE {{local:rollups}} {{on_cluster}} DELETE WHERE by NOT IN ('@', 'month') AND (site, toDate(slot)) IN {{days}}
    OR by = 'month' AND (site, month) IN {{months}}
SETTINGS mutations_sync = {{mutations_sync}}
