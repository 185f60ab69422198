name != 'engagement'
