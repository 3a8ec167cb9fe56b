import { it } from 'vitest';
import { loadScenario } from '../../host/scenario/load.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
import { countSteps } from './steps.ts';
it('y', { timeout: 1e7 }, () => {
  for (const s of (process.env.SC ?? 'roaming').split(',')) {
    const motes = loadScenario(s).motes.map((m) => m.name).slice(0, 8);
    const r = record(loadScenario(s), { hooks: { onStart: (bench) => {
      for (const m of motes) { bench.at(59e6, () => bench.command(m, 'keys')); bench.at(61e6, () => bench.command(m, 'refusals')); bench.at(63e6, () => bench.command(m, 'help')); }
    } } });
    const seen = new Map<string, number>();
    for (const [name, lives] of r.lives)
      for (const life of lives) {
        const n = seen.get(life.role) ?? 0;
        if (n >= Number(process.env.N ?? 1)) continue;
        seen.set(life.role, n + 1);
        const t = Date.now();
        const c = countSteps(
          (process.env.PROFILE ?? 'lua51') as Profile,
          (process.env.VM ?? 'lua51f') as Vm,
          life.role,
          life.steps,
          Number(process.env.TOP ?? 25),
        );
        const rows = c.longest.map((l) => `${l.instructions} #${l.number} ${l.op}: ${l.name}`);
        const uniq: string[] = [];
        const k = new Set<string>();
        for (const row of rows) {
          const key = row.replace(/\d+/g, '');
          if (!k.has(key)) {
            k.add(key);
            uniq.push(row.slice(0, 400));
          }
        }
        console.log(`${s} ${name} ${life.role} ${Date.now() - t} ms, ${c.steps} steps, ${c.total}\n` + uniq.join('\n'));
      }
  }
});
