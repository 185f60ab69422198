/** What can become outdated in `deploy/`: names of settings, ports, versions, and references between files. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { environmentName, fileVariableName, readSettings } from '../src/config.ts';
import { CONSUME_SETTINGS } from '../src/settings/consume.ts';
import { SECRETS_SETTINGS } from '../src/settings/secrets.ts';
import { SERVE_SETTINGS } from '../src/settings/serve.ts';
import type { Settings } from '../src/settings/setting.ts';

const ROOT = join(import.meta.dirname, '..');
const DEPLOY = join(ROOT, 'deploy');
const COMMANDS = { serve: SERVE_SETTINGS, consume: CONSUME_SETTINGS, secrets: SECRETS_SETTINGS };
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };

function text(file: string): string {
  return readFileSync(join(DEPLOY, file), 'utf8');
}

const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((name) =>
  /\.\w+$/.test(name),
);

/** The services of the compose file: each as text, with its anchors resolved. */
function services(): Map<string, string> {
  const compose = text('compose.yaml');
  const block = (name: string) => new RegExp(`^x-${name}:.*\n((?: .*\n)*)`, 'm').exec(compose)?.[1] ?? '';
  const section = /^services:\n([\s\S]*?)^volumes:/m.exec(compose)![1]!;
  return new Map(
    section.split(/^ {2}(?=[\w-]+:$)/m).flatMap((service) => {
      const name = /^([\w-]+):$/m.exec(service)?.[1];
      return name ? [[name, service.replace(/<<: \*(\w+)/, (_, from) => block(from)).trimEnd()]] : [];
    }),
  );
}

describe('the deployment files', () => {
  it('use existing settings, with valid values', () => {
    const known = new Set(
      Object.values<Settings>(COMMANDS).flatMap((settings) =>
        Object.entries(settings).flatMap(([name, { isSecret }]) =>
          isSecret ? [environmentName(name), fileVariableName(name)] : environmentName(name),
        ),
      ),
    );
    let seen = 0;
    for (const file of files) {
      for (const [name] of text(file).matchAll(/\bHIT_[A-Z0-9_]+/g)) {
        assert.ok(known.has(name), `${file}: ${name}`);
        seen++;
      }
      for (const [, name = '', quoted = ''] of text(file).matchAll(
        /\b(HIT_\w+)(?:[:=] *|, value: )([^\s}]+)/g,
      )) {
        const value = quoted.replaceAll('"', '');
        if (/[$*%]/.test(value) || name.endsWith('_FILE')) continue;
        const command = Object.values(COMMANDS).find((settings) =>
          Object.keys(settings).some((flag) => environmentName(flag) === name),
        );
        assert.doesNotThrow(() => readSettings(command!, [], { [name]: value }), `${file}: ${name}=${value}`);
      }
    }
    assert.ok(seen > 30);
  });

  it('run existing commands', () => {
    const started = files.flatMap((file) => [
      ...text(file).matchAll(/(?:dist\/cli\.js,? |bin\/hit-tracker |^# +hit-tracker )(\w+)/gm),
    ]);
    assert.ok(started.length >= 6);
    for (const [, command = ''] of started) assert.ok(command in COMMANDS, command);
  });

  it('pin every image to a version, and our own to that of the package', () => {
    const images = files.flatMap((file) =>
      [...text(file).matchAll(/^\s+image: (\S+)$/gm)].map(([, name]) => name!),
    );
    assert.ok(images.length >= 8);
    for (const image of images.filter((name) => name !== 'hit-tracker'))
      assert.match(image, /:\d+\.\d+/, image);
    assert.ok(images.includes(`hit-tracker:${version}`));
    assert.match(text('kubernetes/kustomization.yaml'), new RegExp(`newTag: ${version}$`, 'm'));
  });
});

describe('the compose file', () => {
  it('has each service, port and volume that it or the balancer refers to', () => {
    const all = services();
    const compose = text('compose.yaml');
    const volumes = new Set(
      [...compose.split(/^volumes:$/m)[1]!.matchAll(/^ {2}([\w-]+):$/gm)].map(([, name]) => name),
    );
    for (const [name, service] of all) {
      for (const list of service.matchAll(/^ {4}volumes: \[(.*)\]$/gm)) {
        for (const [, volume] of list[1]!.matchAll(/(?:^|, )([\w-]+):/g))
          assert.ok(volumes.has(volume), `${name}: ${volume}`);
      }
      for (const [, needed = ''] of service.matchAll(/^ {4,6}([\w-]+): \{ condition/gm))
        assert.ok(all.has(needed), needed);
    }
    const servers = [...text('haproxy.cfg').matchAll(/^ {4}server \S+ ([\w-]+):(\d+)/gm)];
    assert.equal(servers.length, 3);
    for (const [, host = '', port] of servers) {
      assert.ok(all.has(host), host);
      assert.equal(port, SERVE_SETTINGS.port.fallback);
    }
  });

  it('gives each service its own data folder, and all nodes the same secrets', () => {
    const folders = [...services()].flatMap(([name, service]) =>
      [...service.matchAll(/([\w-]+):\/data\b/g)].map(([, volume]) => ({ name, volume })),
    );
    assert.equal(new Set(folders.map(({ volume }) => volume)).size, folders.length);
    for (const name of ['collector-a', 'collector-b', 'reader', 'consumer']) {
      const service = services().get(name)!;
      assert.match(service, /HIT_SECRETS: \/shared\/secrets\.json/, name);
      assert.match(service, /shared:\/shared:ro/, name);
      assert.match(service, /secrets: \{ condition: service_completed_successfully \}/, name);
    }
  });

  it('sends no hits to the reader, and only consumers store hits', () => {
    for (const [name, service] of services()) {
      const stores = /HIT_TRACKER: \S*\bdb\b/.test(service);
      assert.equal(stores, name === 'reader', name);
    }
    const balancer = text('haproxy.cfg');
    assert.match(balancer, /acl hits path \/api\/v1\/hits\n/);
    assert.match(balancer, /use_backend reader if queries !hits\n/);
    assert.match(balancer, /backend collectors\n(?: .*\n)* +option httpchk GET \/readyz\n/);
  });

  it('has an example of each variable that it uses', () => {
    const example = text('example.env');
    for (const [, name] of text('compose.yaml').matchAll(/\$\{(\w+)/g))
      assert.match(example, new RegExp(`^${name}=`, 'm'));
  });
});

describe('the manifests for Kubernetes', () => {
  it('are all in the kustomization, and probe existing routes', () => {
    const { length } = readdirSync(join(DEPLOY, 'kubernetes')).filter((file) => {
      if (file === 'kustomization.yaml' || file.includes('.example.')) return false;
      assert.match(text('kubernetes/kustomization.yaml'), new RegExp(`^ {2}- ${file}$`, 'm'));
      return true;
    });
    assert.ok(length >= 4);
    for (const file of ['collectors', 'consumer', 'reader']) {
      const manifest = text(`kubernetes/${file}.yaml`);
      assert.match(manifest, /livenessProbe:\n +httpGet: \{ path: \/healthz, port: http \}/);
      assert.match(manifest, /readinessProbe:\n +httpGet: \{ path: \/readyz, port: http \}/);
      assert.match(manifest, new RegExp(`name: http, containerPort: ${SERVE_SETTINGS.port.fallback} `));
      assert.match(manifest, /terminationGracePeriodSeconds: 60\n/);
    }
    const services = [...text('kubernetes/ingress.yaml').matchAll(/service: \{ name: ([\w-]+)/g)].map(
      ([, name]) => name,
    );
    assert.deepEqual(new Set(services), new Set(['collector', 'reader']));
  });
});
