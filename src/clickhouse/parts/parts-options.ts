import type { Health } from './health.ts';
import type { PartEngine } from './part-rescue.ts';

export interface PartsOptions {
  readonly engine: PartEngine;
  /** Whether parts are files of the engine in this process. */
  readonly isEmbedded: boolean;
  readonly health: Health;
  readonly log: { info(message: string): void; warn(message: string): void };
  /** Called after rows were lost or restored. */
  readonly onChange?: () => Promise<void>;
}
