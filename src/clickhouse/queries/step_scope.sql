-- Hits of the batches of one step: each writer's first to last batch, without those that a watermark covers by now.
-- Each part of the statement contains this, so the watermarks are a constant of it, which the engine reads once.
batch BETWEEN toUInt64({{oldest}}) AND toUInt64({{newest}}) AND {{upToLast}} AND NOT ({{beforeFirst}})
    AND batch > (
        SELECT mapFromArrays(groupArray(w.writer), groupArray(w.last))
        FROM {{watermarks}} AS w
        WHERE w.writer IN ({{writers}})
    )[bitAnd(batch, 4194303)]
