(SELECT toUInt64OrZero(value) AS writer, max(r.mark) AS last FROM rollups AS r WHERE by = '@' GROUP BY value)
