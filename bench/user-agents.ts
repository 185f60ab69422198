/** User agents from today's logs, the most frequent first. Agents of bots identify themselves as such. */

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const LINUX = 'Mozilla/5.0 (X11; Linux x86_64)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 10; K)';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const BOT = 'Mozilla/5.0 (compatible;';

export const HUMAN_AGENTS: readonly string[] = [
  `${WINDOWS} ${BLINK} Chrome/138.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`,
  `${ANDROID} ${BLINK} Chrome/138.0.0.0 Mobile Safari/537.36`,
  `${MAC} ${WEBKIT} Version/18.5 Safari/605.1.15`,
  `${WINDOWS} ${BLINK} Chrome/137.0.0.0 Safari/537.36`,
  `${MAC} ${BLINK} Chrome/138.0.0.0 Safari/537.36`,
  `${ANDROID} ${BLINK} Chrome/137.0.0.0 Mobile Safari/537.36`,
  `${WINDOWS} ${BLINK} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0`,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_4_1 like Mac OS X) ${WEBKIT} Version/18.4 Mobile/15E148 Safari/604.1`,
  `${WINDOWS} ${BLINK} Chrome/137.0.0.0 Safari/537.36 Edg/137.0.0.0`,
  `${LINUX} ${BLINK} Chrome/138.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 17_6_1 like Mac OS X) ${WEBKIT} Version/17.6 Mobile/15E148 Safari/604.1`,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
  `${MAC} ${WEBKIT} Version/17.6 Safari/605.1.15`,
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  `${ANDROID} ${BLINK} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
  `${MAC} ${BLINK} Chrome/137.0.0.0 Safari/537.36`,
  `${WINDOWS} ${BLINK} Chrome/136.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) ${WEBKIT} Version/18.5 Mobile/15E148 Safari/604.1`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} CriOS/138.0.7204.53 Mobile/15E148 Safari/604.1`,
  'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0',
  `${WINDOWS} ${BLINK} Chrome/136.0.0.0 Safari/537.36 OPR/121.0.0.0`,
  `${ANDROID} ${BLINK} Chrome/136.0.0.0 Mobile Safari/537.36`,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0',
  `${ANDROID} ${BLINK} Chrome/138.0.0.0 Safari/537.36`,
  `${MAC} ${BLINK} Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0`,
  'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0',
  `${WINDOWS} ${BLINK} Chrome/109.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (iPhone; CPU iPhone OS 16_7_10 like Mac OS X) ${WEBKIT} Version/16.6 Mobile/15E148 Safari/604.1`,
  `${LINUX} ${BLINK} Chrome/136.0.0.0 Safari/537.36`,
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:139.0) Gecko/20100101 Firefox/139.0',
  `Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) ${WEBKIT} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`,
  `${ANDROID} ${BLINK} SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36`,
  `${MAC} ${WEBKIT} Version/16.6 Safari/605.1.15`,
  `Mozilla/5.0 (Windows NT 6.1; Win64; x64) ${BLINK} Chrome/109.0.0.0 Safari/537.36`,
  `${ANDROID} ${BLINK} Chrome/138.0.0.0 Mobile Safari/537.36 OPR/90.0.0.0`,
  `Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${BLINK} Chrome/138.0.0.0 Safari/537.36`,
  `${WINDOWS} ${BLINK} Chrome/135.0.0.0 Safari/537.36`,
  `Mozilla/5.0 (iPad; CPU OS 16_7_10 like Mac OS X) ${WEBKIT} Version/16.6 Mobile/15E148 Safari/604.1`,
  'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
  `${MAC} ${BLINK} Chrome/136.0.0.0 Safari/537.36`,
  `${WINDOWS} ${BLINK} Chrome/138.0.0.0 Safari/537.36 Vivaldi/7.4.3684.50`,
  'Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko',
  `${ANDROID} ${BLINK} Chrome/124.0.0.0 Mobile Safari/537.36`,
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:128.0) Gecko/20100101 Firefox/128.0',
  `${LINUX} ${BLINK} Chrome/137.0.0.0 Safari/537.36`,
  `${WINDOWS} ${BLINK} Chrome/137.0.0.0 YaBrowser/25.6.0.0 Safari/537.36`,
];

export const BOT_AGENTS: readonly string[] = [
  `${BOT} Googlebot/2.1; +http://www.google.com/bot.html)`,
  `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36`,
  `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)`,
  `${BOT} AhrefsBot/7.0; +http://ahrefs.com/robot/)`,
  `${BOT} SemrushBot/7~bl; +http://www.semrush.com/bot.html)`,
  `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)`,
  `${BOT} YandexBot/3.0; +http://yandex.com/bots)`,
  `${BOT} MJ12bot/v1.4.8; http://mj12bot.com/)`,
  `${BOT} DotBot/1.2; +https://opensiteexplorer.org/dotbot; help@moz.com)`,
  `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)`,
  'curl/8.5.0',
  'python-requests/2.32.3',
  'Go-http-client/1.1',
];
