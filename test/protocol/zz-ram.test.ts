import { readFileSync } from 'node:fs';
import { it } from 'vitest';
import { inRepository } from '../../host/root.ts';
import { loadScenario } from '../../host/scenario/load.ts';
import { BOARDS, runLua } from '../tools.ts';
import type { Profile, Vm } from '../tools.ts';
import { record } from './recording.ts';
it('y', { timeout: 1e7 }, () => {
  const r = record({ ...loadScenario('roaming'), durationSeconds: 60 });
  const seen = new Set<string>();
  for (const [, lives] of r.lives)
    for (const life of lives) {
      if (seen.has(life.role)) continue;
      seen.add(life.role);
      for (const [profile, vm] of [
        ['lua51', 'lua51f'],
        ['lua51i', 'lua51i'],
        ['lua53', 'lua53i'],
      ] as [Profile, Vm][]) {
        const path = inRepository('dist', BOARDS[profile], `${life.role}.lua`);
        let image = readFileSync(path);
        const script = `local text = io.read(${image.length})
local chunk = (loadstring or load)(text, '=image')
text = nil
collectgarbage() collectgarbage()
local before = vm.bytes()
local mote = chunk()
collectgarbage() collectgarbage()
local made = vm.bytes() - before
-- walk: tables, closures, upvalues
local seen, tables, closures, ups = {}, {}, 0, {}
local nup = 0
local function visit(v, name)
  if type(v) == 'table' then
    if seen[v] then return end seen[v] = true
    local n, f = 0, 0
    for k, x in pairs(v) do n = n + 1 if type(x) == 'function' then f = f + 1 end end
    tables[#tables+1] = { name = name, n = n, f = f }
    for k, x in pairs(v) do if type(x) ~= 'number' then visit(x, name .. '.' .. tostring(k)) end end
  elseif type(v) == 'function' then
    if seen[v] then return end seen[v] = true
    local info = debug.getinfo(v, 'S')
    if info.short_src ~= 'image' then return end
    closures = closures + 1
    for i = 1, 255 do local nm, x = debug.getupvalue(v, i) if not nm then break end nup = nup + 1 if type(x)=='table' or type(x) == 'function' then visit(x, nm) else ups[nm] = true end end
  end
end
visit(mote, 'mote')
table.sort(tables, function(a, b) return a.n > b.n end)
print('made', made, 'closures', closures, 'upvalue refs', nup)
local l = {}
local sum = 0
for i, t in ipairs(tables) do sum = sum + t.n l[#l+1] = t.name .. '=' .. t.n .. (t.f > 0 and '(f' .. t.f .. ')' or '') end
print('tables', #tables, 'entries', sum) print(table.concat(l, ' '))
local u = {} for k in pairs(ups) do u[#u+1] = k end print('scalars', #u, table.concat(u, ' '))
`;
        console.log(
          life.role,
          profile,
          '\n' + runLua(vm, { script, stdin: image.toString('latin1'), timeout: 600_000 }),
        );
      }
    }
});
