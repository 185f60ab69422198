v.site != '' AND toDate32(v.start, 'UTC') != toDate32(v.finish, 'UTC')
