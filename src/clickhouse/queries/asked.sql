({site:String} = '' OR site = {site:String}) AND (bot != '') = ({bots:String} = 'only') AND {{counted}}
