-- The retention cutoff of each site: the time up to which its hits, rollups or visits were purged. Written before anything is
-- deleted, so that no query treats purged hits as zero hits.
CREATE TABLE IF NOT EXISTS {{local:horizons}} {{on_cluster}}
(
    site String,
    -- 'hits', 'rollups' or 'visits'; 'kept' for sites that are exempt.
    kind LowCardinality(String),
    -- Everything before it may be gone; the start of a UTC day.
    before SimpleAggregateFunction(max, DateTime('UTC'))
)
ENGINE = {{engine:AggregatingMergeTree}}
ORDER BY (site, kind)
{{#disk_settings}}SETTINGS {{fsync}}{{/disk_settings}};
{{#cluster}}
CREATE TABLE IF NOT EXISTS horizons {{on_cluster}} AS {{local:horizons}}
ENGINE = Distributed({{cluster}}, {{database}}, {{local:horizons}}, 0);
{{/cluster}}
