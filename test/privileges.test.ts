/** The image and the files in `deploy/` run our programs with as few privileges as they need. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = join(import.meta.dirname, '..');

function text(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

interface Service {
  readonly image: string;
  readonly user?: string;
  readonly privileged?: boolean;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly volumes?: readonly string[];
}

interface Volume {
  readonly name: string;
  readonly secret?: {
    readonly secretName: string;
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}

interface Container {
  readonly image: string;
  readonly securityContext?: object;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly volumeMounts?: readonly {
    readonly name: string;
    readonly mountPath: string;
    readonly readOnly?: boolean;
  }[];
}

interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly securityContext?: object;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes: readonly Volume[];
}

/** Kind and name → the pods of each manifest. */
function pods(): Map<string, Pod> {
  const found = new Map<string, Pod>();
  for (const file of readdirSync(join(ROOT, 'deploy/kubernetes'))) {
    for (const document of parseAllDocuments(text(`deploy/kubernetes/${file}`))) {
      const { kind, metadata, spec } = document.toJS() as {
        kind: string;
        metadata?: { name: string };
        spec?: { template?: { spec: Pod } };
      };
      if (spec?.template) found.set(`${kind} ${metadata!.name}`, spec.template.spec);
    }
  }
  return found;
}

describe('the image', () => {
  const lines = text('Dockerfile')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line));

  it('runs as a user without privileges, who does not own the program', () => {
    const last = lines.findLastIndex((line) => line.startsWith('FROM '));
    const stage = lines.slice(last);
    assert.deepEqual(
      stage.filter((line) => line.startsWith('USER ')),
      ['USER node'],
    );
    const user = stage.indexOf('USER node');
    for (const line of stage.slice(user)) assert.doesNotMatch(line, /^(?:RUN|COPY|ADD)/);
    for (const line of stage.filter((each) => each.startsWith('COPY'))) assert.doesNotMatch(line, /--chown/);
  });

  it('runs no install script of a package, and has no secret', () => {
    const installs = lines.filter((line) => /npm (?:ci|install|prune)/.test(line));
    assert.ok(installs.length > 0);
    for (const line of installs) {
      for (const command of line.split('&&').filter((each) => /npm (?:ci|install|prune)/.test(each)))
        assert.match(command, /--ignore-scripts/);
    }
    for (const line of lines.filter((each) => /^(?:ENV|ARG) /.test(each)))
      assert.doesNotMatch(line, /TOKEN|SECRET|KEY|PASSWORD/);
  });
});

describe('the compose file', () => {
  it('runs our services on a read-only root, without capabilities', () => {
    const { services } = parse(text('deploy/compose.yaml'), { merge: true }) as {
      services: Record<string, Service>;
    };
    const own = Object.entries(services).filter(([, { image }]) => image.startsWith('hit-tracker:'));
    assert.equal(own.length, 5);
    for (const [name, service] of own) {
      assert.equal(service.read_only, true, name);
      assert.deepEqual(service.cap_drop, ['ALL'], name);
      assert.deepEqual(
        [service.cap_add, service.user, service.privileged],
        [undefined, undefined, undefined],
        name,
      );
      assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
      assert.deepEqual(service.tmpfs, ['/tmp'], name);
      const folders = service.volumes!.map((volume) => volume.split(':').slice(1).join(':'));
      for (const folder of folders) assert.match(folder, /^\/data$|^\/shared:ro$/, name);
    }
  });
});

describe('the manifests for Kubernetes', () => {
  it('run every container as a user, on a read-only root, without capabilities, with the standard seccomp profile', () => {
    assert.equal(pods().size, 3);
    for (const [name, pod] of pods()) {
      assert.equal(pod.automountServiceAccountToken, false, name);
      const wanted = { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } };
      assert.partialDeepStrictEqual(pod.securityContext, wanted, name);
      for (const { securityContext } of [...pod.containers, ...(pod.initContainers ?? [])]) {
        assert.deepEqual(
          securityContext,
          {
            ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
            capabilities: { drop: ['ALL'] },
          },
          name,
        );
      }
    }
  });

  it('pass secrets as files that are mounted, each to the pods that need it', () => {
    for (const [name, { containers, volumes }] of pods()) {
      for (const { env = [], volumeMounts = [] } of containers) {
        for (const variable of env) assert.equal(variable.valueFrom, undefined, `${name}: ${variable.name}`);
        const files = volumes.flatMap((volume) => {
          const mount = volumeMounts.find((each) => each.name === volume.name);
          if (!volume.secret || !mount) return [];
          assert.equal(mount.readOnly, true, name);
          return (volume.secret.items ?? []).map(({ path }) => `${mount.mountPath}/${path}`);
        });
        const named = env.filter((variable) => variable.name.endsWith('_FILE')).map(({ value }) => value);
        assert.ok(named.length > 0, name);
        assert.deepEqual(files, named, name);
      }
    }
  });
});

describe('the unit of systemd', () => {
  it('runs as a user of its own without capabilities, and writes only to its folder', () => {
    const unit = text('deploy/systemd/hit-tracker.service');
    for (const line of [
      ...['DynamicUser=yes', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'CapabilityBoundingSet='],
      ...['StateDirectory=hit-tracker', 'SystemCallFilter=@system-service'],
    ]) {
      assert.match(unit, new RegExp(`^${line}$`, 'm'));
    }
    assert.doesNotMatch(unit, /^ReadWritePaths=/m);
  });
});
