-- Channel of a visit; see src/source/channel.ts, which has the same rules in the same order.
multiIf(
    (if((transform({{source_listed}}, {{listed}}, {{categories}}, '') AS channel_listed) IN ('', 'direct') AND {{click}} IN {{clicks}},
        transform({{click}}, {{clicks}}, {{click_categories}}, ''), channel_listed) AS channel_category) = 'direct'
        AND (lower({{medium}}) AS channel_medium) IN {{none}} AND (lower({{campaign}}) AS channel_campaign) = '', 'Direct',
    position(channel_campaign, 'cross-network') > 0 OR channel_medium = 'cross-network', 'Cross-network',
    (position(channel_medium, 'cp') > 0 OR channel_medium IN ('ppc', 'retargeting') OR startsWith(channel_medium, 'paid')
        OR lower({{source}}) IN {{ad_tags}} OR {{click}} IN {{paid_clicks}} AS channel_paid)
        AND (channel_category = 'shopping' OR match(channel_campaign, '{{shop}}') AS channel_shop), 'Paid Shopping',
    channel_paid AND channel_category = 'search', 'Paid Search',
    channel_paid AND channel_category = 'social', 'Paid Social',
    channel_paid AND channel_category = 'video', 'Paid Video',
    channel_category = 'display' OR channel_medium IN {{display}}, 'Display',
    channel_paid, 'Paid Other',
    channel_category = 'ai' OR channel_medium IN {{ai}}, 'AI Assistants',
    channel_shop, 'Organic Shopping',
    channel_category = 'social' OR channel_medium IN {{social}}, 'Organic Social',
    channel_category = 'video' OR position(channel_medium, 'video') > 0, 'Organic Video',
    channel_category = 'search' OR channel_medium = 'organic', 'Organic Search',
    channel_medium IN {{referral}}, 'Referral',
    channel_category = 'email' OR channel_medium IN {{email}}, 'Email',
    channel_category = 'affiliate' OR channel_medium IN {{affiliate}}, 'Affiliates',
    channel_medium = 'audio', 'Audio',
    channel_category = 'sms' OR channel_medium = 'sms', 'SMS',
    channel_category = 'push' OR endsWith(channel_medium, 'push') OR position(channel_medium, 'mobile') > 0
        OR position(channel_medium, 'notification') > 0, 'Mobile Push Notifications',
    channel_category = 'direct', 'Unassigned',
    'Referral')
