SELECT site FROM hits GROUP BY site
UNION DISTINCT
SELECT site FROM rollups WHERE by IN ('hour', 'bot') GROUP BY site
