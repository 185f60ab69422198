-- Values of a dimension by hash, and their visitors as counts of cells by rank.
SELECT toString(key) AS key, value, {{ranks}} AS ranks
FROM
(
    SELECT key, any(part_value) AS value, groupBitmapMergeState(part_cells) AS cells
    FROM
    (
        SELECT r.key AS key, any(value) AS part_value, groupBitmapMergeState(r.visitors) AS part_cells
        FROM rollups AS r
        WHERE {{rolled}} AND by = {by:String} AND r.key IN {keys:Array(UInt64)}
        GROUP BY key
        UNION ALL
        SELECT cityHash64({by:Identifier}) AS key, any(toString({by:Identifier})) AS part_value,
            groupBitmapState({{cell}}) AS part_cells
        FROM {{fresh}}
        WHERE key IN {keys:Array(UInt64)}
        GROUP BY key
    )
    GROUP BY key
)
