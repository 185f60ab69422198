-- The newest batch that was counted.
SELECT toString(max(batch)) AS batch FROM hit_counts
