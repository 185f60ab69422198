import { Counter, Gauge, type Registry } from 'prom-client';

/** A counter, read at each scrape. */
export function counter(registers: Registry[], name: string, help: string, value: () => number): void {
  new Counter({
    name,
    help,
    registers,
    collect() {
      this.reset();
      this.inc(value());
    },
  });
}

/** A gauge, read at each scrape. */
export function gauge(
  registers: Registry[],
  name: string,
  help: string,
  value: () => number | Promise<number>,
): void {
  new Gauge({
    name,
    help,
    registers,
    async collect() {
      this.set(await value());
    },
  });
}
