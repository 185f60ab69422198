{{older}} AND {{covered}}
