import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Site } from '../api/answer-types.ts';
import { session } from '../api/session.ts';
import { comparisonName, periodName } from '../text/period-name.ts';
import { readable } from '../text/readable.ts';
import { addDays, localDate } from '../view/calendar.ts';
import { daysOf, neighbour, type Period, type PeriodKind } from '../view/period.ts';
import { keyOf } from '../view/shortcut.ts';
import { COMPARISONS } from '../view/view.ts';
import { SETTINGS_ADDRESS, START_ADDRESS, show, showPeriod, view } from './address.ts';
import { now } from './clock.ts';
import { ExportMenu } from './export-menu.tsx';
import { Icon } from './icon.tsx';
import { lazy } from './lazy.tsx';
import { Link } from './link.tsx';
import { Logo } from './logo.tsx';
import { Menu } from './menu.tsx';
import { format, THEMES, theme } from './preferences.ts';
import type { RangeFormProps } from './range-form.tsx';

const RangeForm = lazy<RangeFormProps>(() => import('./range-form.tsx').then((module) => module.RangeForm));

/** Periods before which the menu has a line. */
const FIRST_OF_GROUP: readonly PeriodKind[] = ['7d', 'month', '12mo'];

interface HeaderProps {
  readonly sites: readonly Site[];
  /** Whether there is nothing to select yet. */
  readonly isFirstRun: boolean;
}

export function Header({ sites, isFirstRun }: HeaderProps) {
  return (
    <header class="top">
      <Brand />
      {isFirstRun ? <b>Hit Tracker</b> : <SitePicker sites={sites} />}
      <div class="spring" />
      {!isFirstRun && <Choices />}
      <TopTools>{!isFirstRun && <ExportMenu />}</TopTools>
    </header>
  );
}

/** The logo, which leads to all sites. */
export function Brand() {
  return (
    <Link to={START_ADDRESS} class="brand" label="All sites">
      <Logo />
    </Link>
  );
}

/** Tools of every page, at the right. */
export function TopTools({ children }: { readonly children?: ComponentChildren }) {
  return (
    <div class="top-tools">
      {children}
      <ThemeButton />
      <Link
        to={SETTINGS_ADDRESS}
        class="quiet"
        label={session.value?.admin ? 'Settings' : 'Sign in for settings'}
      >
        <Icon name="gear" />
      </Link>
    </div>
  );
}

/** The period of the numbers, and what it is compared with. */
function Choices() {
  return (
    <>
      <PeriodPicker />
      {/* There is nothing before all time. */}
      {view.value.period.kind !== 'all' && <ComparisonPicker />}
    </>
  );
}

function ComparisonPicker() {
  const { compare, period } = view.value;
  const [isRange, setRange] = useState(false);
  const name = comparisonName(compare, format.locales);
  const before = daysOf(neighbour(period, -1, now.value) ?? period, localDate(now.value));
  return (
    <>
      <Menu<(typeof COMPARISONS)[number] | 'custom'>
        name={`Compare: ${name}`}
        label={
          <>
            <span class="compare-icon">
              <Icon name="compare" />
            </span>
            <span class="compare-label">{name}</span>
          </>
        }
        choices={[
          ...COMPARISONS.map((value) => ({
            value,
            label: comparisonName(value, format.locales),
            ...(value === 'none' && { shortcut: 'X' }),
          })),
          { value: 'custom', label: 'Custom period…', parted: true },
        ]}
        chosen={typeof compare === 'object' ? 'custom' : compare}
        onChoose={(value) => (value === 'custom' ? setRange(true) : show({ compare: value }))}
      />
      {isRange && (
        <RangeForm
          title="Compare with"
          days={typeof compare === 'object' ? compare : before && { from: before.first, to: before.last }}
          onShow={(days) => show({ compare: days })}
          onClose={() => setRange(false)}
        />
      )}
    </>
  );
}

function SitePicker({ sites }: { readonly sites: readonly Site[] }) {
  const { site } = view.value;
  const names = sites.toSorted((a, b) => b.hits - a.hits).map((each) => each.site);
  if (site !== '' && !names.includes(site)) names.push(site);
  return (
    <Menu
      name={`Site: ${readable(site) || 'all sites'}`}
      label={<bdi class="site-name">{readable(site) || 'All sites'}</bdi>}
      choices={[
        { value: '', label: 'All sites', text: 'all sites' },
        ...names.map((name, index) => ({
          value: name,
          label: <bdi>{readable(name)}</bdi>,
          text: `${name} ${readable(name)}`,
          parted: index === 0,
        })),
      ]}
      chosen={site}
      onChoose={(value) => show({ site: value })}
    />
  );
}

function PeriodPicker() {
  const { period } = view.value;
  const [isRange, setRange] = useState(false);
  const step = (direction: -1 | 1) => {
    const next = neighbour(period, direction, now.value);
    return (
      <button
        type="button"
        class="control step"
        aria-label={direction < 0 ? 'Previous period' : 'Next period'}
        disabled={!next}
        onClick={() => next && showPeriod(next)}
      >
        <Icon name={direction < 0 ? 'left' : 'right'} />
      </button>
    );
  };
  const name = periodName(period, now.value, format.locales);
  const today = localDate(now.value);
  const days = daysOf(period, today);
  const previous = (kind: PeriodKind) => neighbour({ kind }, -1, now.value) ?? { kind };
  const offered: readonly Period[] = [
    ...([
      { kind: 'realtime' },
      { kind: '24h' },
      { kind: 'day' },
      { kind: 'day', date: addDays(today, -1) },
    ] as const),
    ...([{ kind: '7d' }, { kind: '28d' }, { kind: '30d' }, { kind: '90d' }] as const),
    ...[{ kind: 'month' } as const, previous('month'), { kind: 'year' } as const, previous('year')],
    ...([{ kind: '12mo' }, { kind: 'all' }] as const),
  ];
  return (
    <div class="period">
      {step(-1)}
      <Menu
        name={`Period: ${name}`}
        label={name}
        choices={[
          ...offered.map((each) => ({
            value: periodText(each),
            label: periodName(each, now.value, format.locales),
            shortcut: each.date === undefined ? (keyOf(each.kind) ?? '') : each.kind === 'day' ? 'E' : '',
            parted: each.date === undefined && FIRST_OF_GROUP.includes(each.kind),
          })),
          { value: 'custom', label: 'Custom period…', parted: true },
        ]}
        chosen={period.kind === 'custom' ? 'custom' : periodText(period)}
        onChoose={(text) => {
          const chosen = offered.find((each) => periodText(each) === text);
          if (chosen) showPeriod(chosen);
          else setRange(true);
        }}
      />
      {step(1)}
      {isRange && (
        <RangeForm
          title="Custom period"
          days={days && { from: days.first, to: days.last }}
          onShow={(chosen) => showPeriod({ kind: 'custom', ...chosen })}
          onClose={() => setRange(false)}
        />
      )}
    </div>
  );
}

function periodText({ kind, date = '' }: Period): string {
  return `${kind} ${date}`;
}

export function ThemeButton() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  const icon = { auto: 'system', light: 'sun', dark: 'moon' } as const;
  return (
    <button
      type="button"
      class="quiet"
      aria-label={`Colours: ${theme.value}. Change to ${next}`}
      title={`Colours: ${theme.value}`}
      onClick={() => {
        theme.value = next;
      }}
    >
      <Icon name={icon[theme.value]} />
    </button>
  );
}
