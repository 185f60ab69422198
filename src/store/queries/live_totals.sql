SELECT site, count() AS hits FROM hits WHERE bot = '' GROUP BY site
