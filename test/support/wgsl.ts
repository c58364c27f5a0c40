/** What a WGSL file declares, as far as TypeScript must know of it. */

export interface Declarations {
  /** Storage variables of group 0 by binding number. */
  readonly bindings: ReadonlyMap<number, { readonly name: string; readonly access: string }>;
  /** Binding of `params` in group 0. */
  readonly uniform: number | null;
  readonly params: readonly (readonly [name: string, type: string])[];
  readonly overrides: Readonly<Record<string, number | boolean>>;
  readonly consts: Readonly<Record<string, string>>;
  readonly functions: readonly string[];
  readonly hasMain: boolean;
}

export function withoutComments(source: string): string {
  return source.replace(/\/\/.*$/gm, '').replace(/\/\*[^]*?\*\//g, '');
}

export function declarations(source: string): Declarations {
  const code = withoutComments(source);
  const all = (pattern: RegExp) => [...code.matchAll(pattern)];
  const bindings = new Map<number, { name: string; access: string }>();
  for (const [, binding, access, name] of all(/@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*(read|read_write)>\s*(\w+)/g)) {
    if (bindings.has(Number(binding))) throw new Error(`Binding ${binding} is declared twice.`);
    bindings.set(Number(binding), { name, access });
  }
  const uniform = /@group\(0\)\s*@binding\((\d+)\)\s*var<uniform>\s*params:\s*Params\b/.exec(code);
  const struct = /struct Params\s*\{([^}]*)\}/.exec(code);
  const fields = struct ? [...struct[1].matchAll(/(\w+)\s*:\s*([\w<>]+)/g)] : [];
  return {
    bindings,
    uniform: uniform && Number(uniform[1]),
    params: fields.map(([, name, type]) => [name, type] as const),
    overrides: Object.fromEntries(all(/\boverride\s+(\w+)\s*(?::\s*\w+)?\s*=\s*([^;]+);/g).map(([, name, value]) => [name, literal(value)])),
    consts: Object.fromEntries(all(/^(?:const|alias)\s+(\w+)\s*(?::\s*\w+\s*)?=\s*([^;]+);/gm).map(([, name, value]) => [name, value.trim()])),
    functions: all(/\bfn\s+(\w+)/g).map(([, name]) => name),
    hasMain: /@compute[^{]*\bfn main\b/.test(code),
  };
}

function literal(text: string): number | boolean {
  const value = text.trim();
  if (value === 'true' || value === 'false') return value === 'true';
  return Number(value.replace(/[uif]$/, ''));
}
