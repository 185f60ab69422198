-- The hits of the batches of one step: of each writer from its first to its last, without those that a watermark covers by now.
-- This stands in each part of the statement, so the watermarks are a constant of it, which the engine reads once.
batch BETWEEN toUInt64({{oldest}}) AND toUInt64({{newest}}) AND {{upToLast}} AND NOT ({{beforeFirst}})
    AND batch > (
        SELECT mapFromArrays(groupArray(w.writer), groupArray(w.last))
        FROM {{rollup_writers}} AS w
        WHERE w.writer IN ({{writers}})
    )[bitAnd(batch, 4194303)]
