/**
 * Channels: the kind of way by which a visit arrived.
 *
 * Names and rules are those of Google Analytics, which Plausible follows too, so that figures are comparable: an ordered
 * list, in which the first matching rule decides.
 *
 * - Google, "[GA4] Default channel group", rules of manual traffic: https://support.google.com/analytics/answer/9756891
 * - Plausible, "Acquisition channels": https://plausible.io/docs/top-referrers
 * - PostHog, "Channel type", for click ids: https://posthog.com/docs/data/channel-type
 * - Click ids of Google: https://support.google.com/analytics/answer/16479993
 *
 * Where these differ or say nothing:
 * - Letter case does not matter, as there.
 * - A click id of ads makes a visit paid without any tag: gclid, msclkid, ttclid… A gclid does not reveal which of Google's
 *   networks it is from, so without a better source it is a search. fbclid and the like are on unpaid links too, and prove
 *   only where the visit came from. Tags such as `fb_ads` are paid too (Plausible).
 * - AI assistants are a channel of their own. In Google's rules of 2025 they are referrals, Plausible's searches.
 * - Cross-network is the medium (Plausible) or a part of the campaign's name (Google).
 * - The list of sources is our own (`sources.tsv`), and also has webmail, affiliate and display networks by host.
 * - A source without a rule is a referral, as with Plausible; Google's Unassigned is only for tags without a source.
 *
 * Google's order has odd results, which are kept so that figures are comparable: a campaign named "shop-opening" is
 * shopping, even if its medium is e-mail.
 */

import { clickId } from './click-id.ts';
import { lowerCase } from './lower-case.ts';
import { AD_TAGS, type Category } from './source-list.ts';
import { sourceOf } from './source-name.ts';

export type Channel =
  | 'Direct'
  | 'Cross-network'
  | 'Paid Shopping'
  | 'Paid Search'
  | 'Paid Social'
  | 'Paid Video'
  | 'Display'
  | 'Paid Other'
  | 'AI Assistants'
  | 'Organic Shopping'
  | 'Organic Social'
  | 'Organic Video'
  | 'Organic Search'
  | 'Referral'
  | 'Email'
  | 'Affiliates'
  | 'Audio'
  | 'SMS'
  | 'Mobile Push Notifications'
  | 'Unassigned';

/** Synonymous values of `utm_medium`, in lower case. */
export const MEDIUMS = {
  none: ['', '(none)', '(not set)'],
  display: ['display', 'banner', 'expandable', 'interstitial', 'cpm'],
  ai: ['ai', 'ai-assistant', 'ai_assistant', 'ai assistant'],
  social: ['social', 'social-network', 'social-media', 'sm', 'social network', 'social media'],
  referral: ['referral', 'app', 'link'],
  email: ['email', 'e-mail', 'e_mail', 'e mail'],
  affiliate: ['affiliate', 'affiliates'],
} as const;

/** A campaign about a shop, but not a workshop: "shop" after any letter except e is part of another word. */
export const SHOP = '(?:^|[^a-df-z])shop|shopping';
const SHOP_CAMPAIGN = new RegExp(SHOP, 'u');

/** The acquisition fields of a hit. Unknown values are ''. */
export interface Acquisition {
  /** `utm_source`, else the referrer's host. */
  readonly source: string;
  /** `utm_medium` */
  readonly medium: string;
  /** `utm_campaign` */
  readonly campaign: string;
  /** See `clickIdOf`. */
  readonly click?: string;
}

/**
 * The channel of a visit. In the store, `channelSql` of `clickhouse/source-sql.ts` does the same.
 *
 * @example
 * channelOf({ source: 'google.com', medium: '', campaign: '' });                 // 'Organic Search'
 * channelOf({ source: 'google.com', medium: '', campaign: '', click: 'gclid' }); // 'Paid Search'
 */
export function channelOf(acquisition: Acquisition): Channel {
  const source = lowerCase(acquisition.source);
  const medium = lowerCase(acquisition.medium);
  const campaign = lowerCase(acquisition.campaign);
  const click = clickId(acquisition.click ?? '');
  const known = sourceOf(source)?.category ?? '';
  const category = click && (known === '' || known === 'direct') ? click.category : known;
  const shop = category === 'shopping' || SHOP_CAMPAIGN.test(campaign);

  if (category === 'direct' && isOne(medium, 'none') && campaign === '') return 'Direct';
  if (campaign.includes('cross-network') || medium === 'cross-network') return 'Cross-network';
  const paid = isPaid(medium) || AD_TAGS.has(source) || click?.use === 'paid';
  if (paid && shop) return 'Paid Shopping';
  if (paid && category === 'search') return 'Paid Search';
  if (paid && category === 'social') return 'Paid Social';
  if (paid && category === 'video') return 'Paid Video';
  if (category === 'display' || isOne(medium, 'display')) return 'Display';
  if (paid) return 'Paid Other';
  return unpaidChannel(category, medium, shop);
}

function unpaidChannel(category: Category, medium: string, shop: boolean): Channel {
  if (category === 'ai' || isOne(medium, 'ai')) return 'AI Assistants';
  if (shop) return 'Organic Shopping';
  if (category === 'social' || isOne(medium, 'social')) return 'Organic Social';
  if (category === 'video' || medium.includes('video')) return 'Organic Video';
  if (category === 'search' || medium === 'organic') return 'Organic Search';
  if (isOne(medium, 'referral')) return 'Referral';
  if (category === 'email' || isOne(medium, 'email')) return 'Email';
  if (category === 'affiliate' || isOne(medium, 'affiliate')) return 'Affiliates';
  if (medium === 'audio') return 'Audio';
  if (category === 'sms' || medium === 'sms') return 'SMS';
  if (category === 'push' || isPush(medium)) return 'Mobile Push Notifications';
  return category === 'direct' ? 'Unassigned' : 'Referral';
}

function isOne(medium: string, kind: keyof typeof MEDIUMS): boolean {
  return (MEDIUMS[kind] as readonly string[]).includes(medium);
}

function isPaid(medium: string): boolean {
  return medium.includes('cp') || medium === 'ppc' || medium === 'retargeting' || medium.startsWith('paid');
}

function isPush(medium: string): boolean {
  return medium.endsWith('push') || medium.includes('mobile') || medium.includes('notification');
}
