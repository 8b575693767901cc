// Graus Celsius acima dos quais cada produto corre risco.
const LIMITES: Record<string, number> = {
  peixe: 2,
  polpa: -12,
  hortalica: 8,
};

export function limite(produto: string): number {
  return LIMITES[produto] ?? 5;
}
