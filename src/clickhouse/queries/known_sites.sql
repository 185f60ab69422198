-- Which of some sites have hits, also purged ones. Visits are not needed: their hits are rolled up, or in `hits`.
SELECT site FROM rollups WHERE by IN ('hour', 'bot') AND site IN {sites:Array(String)} GROUP BY site
UNION DISTINCT
SELECT site FROM hits WHERE site IN {sites:Array(String)} AND batch >= {{oldest}} AND NOT ({{covered}}) GROUP BY site
